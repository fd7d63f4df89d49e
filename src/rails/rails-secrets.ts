import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isError, blameCaller, SessionError } from '../errors.ts'
import { MessageEncryptor } from './message-encryptor.ts'

export interface RailsSecretsOptions {
  /** Given, it is the answer and nothing is read. */
  readonly secretKeyBase?: string | undefined
  /** The root of the Rails application. Default: the working directory. */
  readonly root?: string | undefined
  /** Default `process.env`. Read are SECRET_KEY_BASE, RAILS_MASTER_KEY, RAILS_ENV, RACK_ENV and NODE_ENV. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /**
   * Which Rails looks, for development and test: `8.1` or, where that makes a difference, `8.0.1`. Default: what `Gemfile.lock`
   * says; without one all places are looked at, as the newest does.
   */
  readonly version?: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The `secret_key_base` of a Rails application, where Rails itself looks for it: in SECRET_KEY_BASE, then in the encrypted
 * credentials, `config/credentials/<environment>.yml.enc` or else `config/credentials.yml.enc`, with the key from
 * RAILS_MASTER_KEY, `config/credentials/<environment>.key` or else `config/master.key`
 * (rails/application/configuration.rb). Spread it: `railsFormat({ ...railsSecrets(), defaults: '8.1' })`.
 *
 * | Rails in development and test | looks |
 * |---|---|
 * | 8.0.2 and newer | in the same places, then in `tmp/local_secret.txt` |
 * | 7.1 to 8.0.1 | in `tmp/local_secret.txt` alone |
 * | before 7.1 | in `tmp/development_secret.txt` alone; a `config/secrets.yml` of that time is not read here |
 *
 * @throws `ERR_SECRET` that names the file and says what to do
 */
export function railsSecrets(options: RailsSecretsOptions = {}): { readonly secretKeyBase: string } {
  return blameCaller(railsSecrets, () => {
    const { root = process.cwd(), env = process.env, secretKeyBase, version } = options
    if (secretKeyBase === '') throw refuse('secretKeyBase is empty')
    return { secretKeyBase: secretKeyBase ?? find(root, env, version) }
  })
}

function find(root: string, env: Environment, version: string | undefined): string {
  const environment = environmentOf(env)
  const given = present(env['SECRET_KEY_BASE'])
  if (environment !== 'development' && environment !== 'test') return given ?? required(credentials(root, env))
  const [isBefore71, looksLocallyOnly] = placesOf(version ?? lockedVersion(root))
  if (isBefore71) return required(localSecret(root, ['development_secret.txt']))
  if (looksLocallyOnly) return required(localSecret(root, ['local_secret.txt']))
  if (given !== undefined) return given
  const found = credentials(root, env)
  if ('secret' in found) return found.secret
  const local = localSecret(root, ['local_secret.txt', 'development_secret.txt'])
  // Where there are credentials, what is missing there is what to say.
  return 'secret' in local ? local.secret : required(found)
}

function environmentOf(env: Environment): string {
  const environment = present(env['RAILS_ENV']) ?? present(env['RACK_ENV']) ?? present(env['NODE_ENV']) ?? 'development'
  if (!/^[\w-]+$/.test(environment)) throw refuse(`the environment is called ${JSON.stringify(environment)}`)
  return environment
}

/** Whether that Rails is older than 7.1, and whether it is older than 8.0.2. */
function placesOf(version: string | undefined): [boolean, boolean] {
  if (version === undefined) return [false, false]
  const parts = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)?.slice(1)
  if (parts === undefined) throw refuse(`version is ${JSON.stringify(version)}, expected one as 8.1 or 8.0.1`)
  const [major = 0, minor = 0, patch = 2] = parts.map((part) => (part === undefined ? undefined : Number(part)))
  const isBefore = (...floor: readonly [number, number, number]): boolean =>
    major !== floor[0] ? major < floor[0] : minor !== floor[1] ? minor < floor[1] : patch < floor[2]
  return [isBefore(7, 1, 0), isBefore(8, 0, 2)]
}

/** The Rails that Bundler locked. */
function lockedVersion(root: string): string | undefined {
  const [, lock = ''] = readFirst([join(root, 'Gemfile.lock')]) ?? []
  return /^ {4}(?:railties|rails) \((\d+\.\d+\.\d+)/m.exec(lock)?.[1]
}

/** A secret, or the error that says why there is none. */
type Found = { readonly secret: string } | { readonly missing: SessionError }

function required(found: Found): string {
  if ('secret' in found) return found.secret
  throw found.missing
}

/** What Rails makes for itself, to the last byte. */
function localSecret(root: string, names: readonly [string, ...string[]]): Found {
  const [, secret] =
    readFirst(
      names.map((name) => join(root, 'tmp', name)),
      (content) => content,
    ) ?? []
  if (secret !== undefined && secret !== '') return { secret }
  const path = join(root, 'tmp', names[0])
  return {
    missing: refuse(`there is no ${path}, which Rails makes in development: start Rails once, or give its root`),
  }
}

function credentials(root: string, env: Environment): Found {
  const own = join(root, 'config/credentials', environmentOf(env))
  const common = join(root, 'config/credentials.yml.enc')
  const [path, content] = readFirst([`${own}.yml.enc`, common]) ?? []
  if (path === undefined || content === undefined) {
    const what = `there is neither SECRET_KEY_BASE nor ${common}`
    return { missing: refuse(`${what}: set the one, or give the root of the Rails application`) }
  }
  const master = join(root, 'config/master.key')
  const [keyPath, key] = keyFromEnv(env) ?? readFirst([`${own}.key`, master]) ?? []
  if (keyPath === undefined || key === undefined) {
    return { missing: refuse(`${path} is there, but no key to open it: set RAILS_MASTER_KEY, or copy ${master} here`) }
  }
  return secretKeyBaseIn(decrypt(content, path, key, keyPath), path)
}

function keyFromEnv(env: Environment): [string, string] | undefined {
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
function secretKeyBaseIn(yaml: string, path: string): Found {
  const lines = yaml
    .split(/\r?\n/)
    .filter((line) => /^(?:secret_key_base|'secret_key_base'|"secret_key_base") *:/.test(line))
  const [line, another] = lines
  if (line === undefined) {
    const what = `${path} has no line that begins with "secret_key_base:"`
    return { missing: refuse(`${what}: add it with bin/rails credentials:edit`) }
  }
  const [, single, double, plain] = VALUE.exec(line.slice(line.indexOf(':'))) ?? []
  const value = single ?? double ?? (plain === undefined || NUMBER.test(plain) ? undefined : plain)
  if (value !== undefined && another === undefined) return { secret: value }
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

/** The first of the files that is there, with its path. */
function readFirst(
  paths: readonly string[],
  clean = (content: string): string => content.trim(),
): [string, string] | undefined {
  for (const path of paths) {
    try {
      return [path, clean(readFileSync(path, 'utf8'))]
    } catch (error) {
      if (isError(error) && 'code' in error && error.code === 'ENOENT') continue
      throw new SessionError('ERR_SECRET', `${path} cannot be read: see the cause.`, { kind: 'system', cause: error })
    }
  }
  return undefined
}

function refuse(what: string): SessionError {
  return new SessionError('ERR_SECRET', `${what}.`)
}
