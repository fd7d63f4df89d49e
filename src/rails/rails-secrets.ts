import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { blameCaller, SessionError } from '../errors.ts'
import { MessageEncryptor } from './message-encryptor.ts'

export interface RailsSecretsOptions {
  /** Given, it is the answer and nothing is read. */
  readonly secretKeyBase?: string | undefined
  /** The root of the Rails application. Default: the working directory. */
  readonly root?: string | undefined
  /** Default `process.env`. Read are SECRET_KEY_BASE, RAILS_MASTER_KEY, RAILS_ENV, RACK_ENV and NODE_ENV. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

/**
 * The `secret_key_base` of a Rails application, where Rails itself looks for it: in SECRET_KEY_BASE, then in the encrypted
 * credentials, `config/credentials/<environment>.yml.enc` or else `config/credentials.yml.enc`, with the key from
 * RAILS_MASTER_KEY, `config/credentials/<environment>.key` or else `config/master.key`
 * (rails/application/configuration.rb). Spread it: `railsFormat({ ...railsSecrets(), defaults: '8.1' })`.
 *
 * @throws `ERR_SECRET` that names the file and says what to do
 */
export function railsSecrets(options: RailsSecretsOptions = {}): { readonly secretKeyBase: string } {
  return blameCaller(railsSecrets, () => {
    const { root = process.cwd(), env = process.env } = options
    const given = options.secretKeyBase ?? present(env['SECRET_KEY_BASE'])
    if (given === '') throw refuse('secretKeyBase is empty')
    return { secretKeyBase: given ?? readCredentials(root, env) }
  })
}

function readCredentials(root: string, env: Readonly<Record<string, string | undefined>>): string {
  const environment = present(env['RAILS_ENV']) ?? present(env['RACK_ENV']) ?? present(env['NODE_ENV']) ?? 'development'
  if (!/^[\w-]+$/.test(environment)) throw refuse(`the environment is called ${JSON.stringify(environment)}`)
  const own = join(root, 'config/credentials', environment)
  const common = join(root, 'config/credentials.yml.enc')
  const [path, content] = readFirst([`${own}.yml.enc`, common]) ?? []
  if (path === undefined || content === undefined) {
    throw refuse(
      `there is neither SECRET_KEY_BASE nor ${common}: set the one, or give the root of the Rails application`,
    )
  }
  const master = join(root, 'config/master.key')
  const [keyPath, key] = keyFromEnv(env) ?? readFirst([`${own}.key`, master]) ?? []
  if (keyPath === undefined || key === undefined) {
    throw refuse(`${path} is there, but no key to open it: set RAILS_MASTER_KEY, or copy ${master} here`)
  }
  return secretKeyBaseIn(decrypt(content, path, key, keyPath), path)
}

function keyFromEnv(env: Readonly<Record<string, string | undefined>>): [string, string] | undefined {
  const key = present(env['RAILS_MASTER_KEY'])
  return key === undefined ? undefined : ['RAILS_MASTER_KEY', key.trim()]
}

/** Rails' EncryptedFile: a message of an aes-128-gcm MessageEncryptor, whose value is the text of the file. */
function decrypt(content: string, path: string, key: string, keyPath: string): string {
  if (!/^[\da-f]{32}$/i.test(key)) {
    throw refuse(`${keyPath} has ${key.length} characters, expected 32 hexadecimal ones: Rails wrote no such key`)
  }
  const options = { cipher: 'aes-128-gcm', serializer: 'marshal', readOnly: true } as const
  const read = new MessageEncryptor(Buffer.from(key, 'hex'), options).decryptAndVerify(content)
  if (read.ok && typeof read.value === 'string') return read.value
  throw refuse(
    `${path} does not open with ${keyPath}: they belong to different applications, or one of them was changed`,
  )
}

/**
 * The value of the one line `secret_key_base: …` at the top level of a YAML file. That much YAML and no more: a plain value,
 * or one in quotes without escapes, and a comment behind it.
 */
function secretKeyBaseIn(yaml: string, path: string): string {
  const lines = yaml
    .split(/\r?\n/)
    .filter((line) => /^(?:secret_key_base|'secret_key_base'|"secret_key_base") *:/.test(line))
  const [line, another] = lines
  if (line === undefined) {
    throw refuse(`${path} has no line that begins with "secret_key_base:": add it with bin/rails credentials:edit`)
  }
  const [, single, double, plain] = VALUE.exec(line.slice(line.indexOf(':'))) ?? []
  const value = single ?? double ?? (plain === undefined || NUMBER.test(plain) ? undefined : plain)
  if (value !== undefined && another === undefined) return value
  throw refuse(
    `${path} has a secret_key_base that only a YAML parser can read: write it as plain text on one line, once`,
  )
}

const VALUE = /^:[ \t]+(?:'([^']+)'|"([^"\\]+)"|([\w+/=.-]+))[ \t]*(?:[ \t]#.*)?$/
/** To YAML these are no text, and Rails refuses them. */
const NUMBER = /^(?:[-+]?[\d_.]+|0[xo][\da-f_]+|true|false|yes|no|on|off|null)$/i

function present(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value
}

/** The first of the files that is there, trimmed, with its path. */
function readFirst(paths: readonly string[]): [string, string] | undefined {
  for (const path of paths) {
    try {
      return [path, readFileSync(path, 'utf8').trim()]
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue
      throw new SessionError('ERR_SECRET', `${path} cannot be read: see the cause.`, { kind: 'system', cause: error })
    }
  }
  return undefined
}

function refuse(what: string): SessionError {
  return new SessionError('ERR_SECRET', `${what}.`)
}
