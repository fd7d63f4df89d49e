import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { gcmScheme } from '../../src/rails/schemes.ts'
import { railsSecrets } from '../../src/rails/rails-secrets.ts'
import { thrownBy } from '../support/thrown-by.ts'

/** Written by ActiveSupport 6.1.7.10, as `bin/rails credentials:edit` does. */
const root = fileURLToPath(new URL('vectors/credentials', import.meta.url))
const MASTER = sha512('coatcheck credentials')
const PRODUCTION = sha512('coatcheck production credentials')

function sha512(text: string): string {
  return createHash('sha512').update(text).digest('hex')
}

describe('credentials that Rails wrote', () => {
  test('give their secret_key_base', () => {
    expect(railsSecrets({ root, env: {} })).toEqual({ secretKeyBase: MASTER })
  })

  test.each([{ RAILS_ENV: 'production' }, { RACK_ENV: 'production' }, { NODE_ENV: 'production' }])(
    'of the environment come before the common ones with %o',
    (env) => {
      expect(railsSecrets({ root, env })).toEqual({ secretKeyBase: PRODUCTION })
    },
  )

  test('of another environment are not looked at', () => {
    expect(railsSecrets({ root, env: { RAILS_ENV: 'staging', NODE_ENV: 'production' } })).toEqual({
      secretKeyBase: MASTER,
    })
  })

  test('come after SECRET_KEY_BASE, and that after the option', () => {
    expect(railsSecrets({ root, env: { SECRET_KEY_BASE: ' as it is ' } })).toEqual({ secretKeyBase: ' as it is ' })
    expect(railsSecrets({ root, env: { SECRET_KEY_BASE: 'b' }, secretKeyBase: 'a' })).toEqual({ secretKeyBase: 'a' })
    expect(railsSecrets({ root, env: { SECRET_KEY_BASE: ' ' } })).toEqual({ secretKeyBase: MASTER })
  })

  test('do not open with another key', () => {
    const error = thrownBy(() => railsSecrets({ root, env: { RAILS_MASTER_KEY: '0'.repeat(32) } }))
    expect(error).toMatchObject({ code: 'ERR_SECRET', kind: 'usage' })
    expect(error.message).toContain(join(root, 'config/credentials.yml.enc'))
    expect(error.message).toContain('RAILS_MASTER_KEY')
  })

  test('do not open with what is no key, whose text stays out of the message', () => {
    const error = thrownBy(() => railsSecrets({ root, env: { RAILS_MASTER_KEY: 'hunter2' } }))
    expect(error.code).toBe('ERR_SECRET')
    expect(error.message).toContain('7 characters')
    expect(error.message).not.toContain('hunter2')
  })
})

describe('in an application of our own', () => {
  let app: string

  beforeEach(() => {
    app = mkdtempSync(join(tmpdir(), 'rails-secrets-'))
  })

  afterEach(() => {
    rmSync(app, { recursive: true })
  })

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(app, path)), { recursive: true })
    writeFileSync(join(app, path), text)
  }

  /** `Marshal.dump` of a UTF-8 string, sealed as Rails seals credentials. */
  function credentials(yaml: string): void {
    const key = createHash('md5').update(yaml).digest()
    const text = Buffer.from(yaml)
    const length = text.length < 123 ? Buffer.of(text.length + 5) : Buffer.of(2, text.length & 255, text.length >> 8)
    const marshal = Buffer.concat([Buffer.from('\x04\bI"'), length, text, Buffer.from('\x06:\x06ET')])
    write('config/credentials.yml.enc', `${gcmScheme('aes-128-gcm', key, 'right').seal(marshal)}\n`)
    write('config/master.key', `${key.toString('hex')}\n`)
  }

  describe.each(['development', 'test'])('in %s', (environment) => {
    const look = (version: string | undefined, env: Record<string, string> = {}): string =>
      railsSecrets({ root: app, env: { RAILS_ENV: environment, ...env }, version }).secretKeyBase

    beforeEach(() => {
      write('tmp/local_secret.txt', 'of 7.1\n')
      write('tmp/development_secret.txt', 'of 6.1')
      credentials("secret_key_base: 'of the credentials'\n")
    })

    test.each([
      ['6.1', 'of 6.1'],
      ['7.0.8', 'of 6.1'],
      ['7.1', 'of 7.1\n'],
      ['7.2.2.2', 'of 7.1\n'],
      ['8.0.1', 'of 7.1\n'],
      ['8.0.2', 'of the environment'],
      ['8.1', 'of the environment'],
      [undefined, 'of the environment'],
    ])('Rails %s takes the secret %j before all others', (version, expected) => {
      expect(look(version, { SECRET_KEY_BASE: 'of the environment' })).toBe(expected)
    })

    test('Rails 8.1 takes the credentials before the local secret, and that where they have none', () => {
      expect(look('8.1')).toBe('of the credentials')
      credentials('other: 1\n')
      expect(look('8.1')).toBe('of 7.1\n')
      rmSync(join(app, 'config/master.key'))
      expect(look('8.1')).toBe('of 7.1\n')
    })

    test('the version is that of Gemfile.lock where nobody says one', () => {
      write(
        'Gemfile.lock',
        'GEM\n  specs:\n    rails (7.2.2.2)\n      actioncable (= 7.2.2.2)\n    railties (7.2.2.2)\n',
      )
      expect(look(undefined, { SECRET_KEY_BASE: 'x' })).toBe('of 7.1\n')
      expect(look('6.1')).toBe('of 6.1')
    })

    test('a secret that Rails has not made yet is refused with the name of its file', () => {
      rmSync(join(app, 'tmp'), { recursive: true })
      expect(thrownBy(() => look('7.2')).message).toContain(join(app, 'tmp/local_secret.txt'))
      expect(thrownBy(() => look('6.1')).message).toContain(join(app, 'tmp/development_secret.txt'))
      expect(thrownBy(() => look('newest')).message).toContain('version is "newest"')
    })
  })

  test('in production the local secret is not looked at', () => {
    write('tmp/local_secret.txt', 'of 7.1')
    expect(thrownBy(() => railsSecrets({ root: app, env: { RAILS_ENV: 'production' } })).message).toContain(
      'there is neither SECRET_KEY_BASE',
    )
  })

  test.each([
    ['secret_key_base: abc\n', 'abc'],
    ['secret_key_base:   abc   \n', 'abc'],
    ['secret_key_base: abc # of production\n', 'abc'],
    ['aws:\n  secret_key_base: nested\nsecret_key_base: abc', 'abc'],
    ["secret_key_base: 'abc def'\r\nother: 1\r\n", 'abc def'],
    ['---\n"secret_key_base": "a#b"\n', 'a#b'],
    ['# secret_key_base: old\nsecret_key_base : a1-b_c.d/e+f=\n', 'a1-b_c.d/e+f='],
  ])('%j is read as YAML has it', (yaml, expected) => {
    credentials(yaml)
    expect(railsSecrets({ root: app, env: {} })).toEqual({ secretKeyBase: expected })
  })

  test.each([
    'secret_key_base: |\n  abc\n',
    'secret_key_base: *anchor\n',
    'secret_key_base: !ruby/object:Object {}\n',
    'secret_key_base: "a\\nb"\n',
    "secret_key_base: 'it''s'\n",
    'secret_key_base:\n',
    'secret_key_base: ""\n',
    'secret_key_base: 12345\n',
    'secret_key_base: 0x1f\n',
    'secret_key_base: true\n',
    'secret_key_base: a b\n',
    'secret_key_base: a\nsecret_key_base: b\n',
  ])('%j needs a YAML parser and is refused', (yaml) => {
    credentials(yaml)
    const error = thrownBy(() => railsSecrets({ root: app, env: {} }))
    expect(error.code).toBe('ERR_SECRET')
    expect(error.message).toContain(join(app, 'config/credentials.yml.enc'))
    expect(error.message).toContain('one line')
  })

  test('without a secret_key_base the error says how to add one', () => {
    credentials('stripe: 1\n  secret_key_base: nested')
    const error = thrownBy(() => railsSecrets({ root: app, env: {} }))
    expect(error.message).toContain('bin/rails credentials:edit')
  })

  test('without credentials the error names SECRET_KEY_BASE and the file', () => {
    const error = thrownBy(() => railsSecrets({ root: app, env: {} }))
    expect(error.code).toBe('ERR_SECRET')
    expect(error.message).toContain('SECRET_KEY_BASE')
    expect(error.message).toContain(join(app, 'config/credentials.yml.enc'))
  })

  test('without a key the error names both places for it', () => {
    write('config/credentials.yml.enc', 'a--b--c')
    const error = thrownBy(() => railsSecrets({ root: app, env: {} }))
    expect(error.message).toContain('RAILS_MASTER_KEY')
    expect(error.message).toContain(join(app, 'config/master.key'))
  })

  test('a file that cannot be read is an error of the system, with its cause', () => {
    mkdirSync(join(app, 'config/credentials.yml.enc'), { recursive: true })
    const error = thrownBy(() => railsSecrets({ root: app, env: {} }))
    expect(error).toMatchObject({ code: 'ERR_SECRET', kind: 'system' })
    expect(error.cause).toMatchObject({ code: 'EISDIR' })
  })

  test('the environment cannot lead out of the directory', () => {
    const error = thrownBy(() => railsSecrets({ root: app, env: { RAILS_ENV: '../../etc/passwd' } }))
    expect(error.message).toContain('environment')
  })

  test('a key that fits opens text that is no credentials to a refusal', () => {
    const key = Buffer.alloc(16, 1)
    write('config/master.key', key.toString('hex'))
    for (const plaintext of [Buffer.from('secret_key_base: x'), Buffer.from([4, 8, 0x69, 6])]) {
      write('config/credentials.yml.enc', gcmScheme('aes-128-gcm', key, 'right').seal(plaintext))
      expect(thrownBy(() => railsSecrets({ root: app, env: {} })).code).toBe('ERR_SECRET')
    }
  })
})
