import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres, type RunningPostgres } from '../support/postgres.ts'
import type { Outcome } from './run.ts'
import { coatcheck } from './world.ts'

let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'coatcheck-cli-'))
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A directory in which these packages of ours are installed, and no others. */
function project(name: string, packages: readonly string[]): string {
  const folder = join(directory, name)
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  for (const each of packages)
    symlinkSync(resolve('node_modules', each), join(folder, 'node_modules', each), 'junction')
  return folder
}

describe('SQLite', () => {
  const list = (place: string): Promise<Outcome> =>
    coatcheck(['sessions', 'list', '--user', '7', '--database', place], { cwd: directory })

  test.each([
    ['sessions list', ['sessions', 'list', '--user', '7']],
    ['sessions revoke', ['sessions', 'revoke', 'abc']],
    ['sweep', ['sweep']],
  ])('a file that does not exist is told, and not made, by %s', async (_, args) => {
    const { status, stdout, stderr } = await coatcheck([...args, '--database', 'sqlite:typo.db'], { cwd: directory })
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^coatcheck: ERR_OPTIONS: \S*typo\.db does not exist\. coatcheck migrate makes it, .*\n$/)
    expect(existsSync(join(directory, 'typo.db'))).toBe(false)
  })

  test('a path is taken from the directory that the command runs in, and migrate makes the file', async () => {
    const made = await coatcheck(['migrate', '--database', 'sqlite:made.db'], { cwd: directory })
    expect(made).toMatchObject({ status: 0, stderr: '' })
    expect(existsSync(join(directory, 'made.db'))).toBe(true)
    expect(await list('sqlite:./made.db')).toMatchObject({ status: 0, stdout: 'User 7 is signed in nowhere.\n' })
  })

  test('migrate with a prefix that is refused makes no file', async () => {
    const args = ['migrate', '--database', 'sqlite:refused.db', '--prefix', 'A B']
    expect(await coatcheck(args, { cwd: directory })).toMatchObject({ status: 2 })
    expect(existsSync(join(directory, 'refused.db'))).toBe(false)
  })

  test('what is no database is told by one line, with exit code 3', async () => {
    writeFileSync(join(directory, 'letter.txt'), 'Dear Ada, '.repeat(100))
    const { status, stderr } = await list('sqlite:letter.txt')
    expect(status).toBe(3)
    expect(stderr).toMatch(
      /^coatcheck: ERR_STORE_UNAVAILABLE: SQLite at \S+letter\.txt did not do what it was asked \(SQLite 26\): the file is no SQLite database\.\n$/,
    )
  })

  test.each([
    ['a directory', 'sqlite:.', /is no file/],
    ['no path', 'sqlite:', /--database takes sqlite:PATH/],
    ['memory, which nobody shares', 'sqlite::memory:', /--database takes sqlite:PATH/],
    ['a path alone', 'made.db', /--database takes sqlite:PATH/],
  ])('%s is refused with exit code 2', async (_, place, message) => {
    const { status, stdout, stderr } = await list(place)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })
})

describe('the URL of PostgreSQL', () => {
  const PASSWORD = 'hunter2secret'

  const list = (env: NodeJS.ProcessEnv, args: readonly string[] = [], cwd?: string): Promise<Outcome> =>
    coatcheck(['sessions', 'list', '--user', '7', ...args], cwd === undefined ? { env } : { env, cwd })

  test('is never taken from the command line, and not repeated', async () => {
    const { status, stdout, stderr } = await list({}, ['--database', `postgres://ada:${PASSWORD}@db.example/app`])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/holds a password, so it is read from the environment/)
    expect(stderr).not.toContain(PASSWORD)
    expect(stderr).not.toContain('db.example')
  })

  test('beside --database is refused: which of them is meant?', async () => {
    const { status, stderr } = await list({}, ['--database', 'sqlite:a.db', '--database-env', 'OTHER_URL'])
    expect(status).toBe(2)
    expect(stderr).toMatch(/'--database-env <variable>' cannot be used with option '--database <place>'/)
  })

  test('is needed where no file is given, and the message names the variable', async () => {
    for (const env of [{}, { OTHER_URL: ' ' }]) {
      const { status, stderr } = await list(env, ['--database-env', 'OTHER_URL'])
      expect([status, stderr]).toEqual([2, expect.stringContaining('environment variable OTHER_URL.')])
    }
  })

  describe.each(['pg', 'postgres'])('through %s', (client) => {
    let cwd = ''
    let silent: Server

    beforeAll(async () => {
      cwd = project(`with ${client}`, [client])
      // Accepts, and ends the connection without a word.
      silent = createServer((socket) => socket.destroy())
      await new Promise<void>((done) => void silent.listen(0, '127.0.0.1', done))
    })

    afterAll(() => void silent.close())

    test.each<[string, string, 2 | 3, string]>([
      ['of another scheme', `mysql://ada:${PASSWORD}@127.0.0.1/app`, 2, 'holds no URL that begins with postgres://'],
      ['with a raw # in its password', `postgres://ada:${PASSWORD}#@127.0.0.1/app`, 2, 'percent-encoded'],
      ['with a raw / in its password', `postgres://ada:${PASSWORD}/@127.0.0.1/app`, 2, 'percent-encoded'],
      ['to a port where nothing listens', `postgres://ada:${PASSWORD}@127.0.0.1:1/app`, 3, '(ECONNREFUSED)'],
      ['to a host that there is not', `postgres://ada:${PASSWORD}@host.invalid/app`, 3, 'host'],
    ])('one %s is told in one line that does not hold it', async (_, url, code, message) => {
      const { status, stdout, stderr } = await list({ DATABASE_URL: url }, [], cwd)
      expect([status, stdout]).toEqual([code, ''])
      expect(stderr).toMatch(/^coatcheck: ERR_[A-Z_]+: [^\n]*DATABASE_URL[^\n]*\n$/)
      expect(stderr).toContain(message)
      for (const secret of [PASSWORD, '127.0.0.1', 'host.invalid', 'ada']) expect(stderr).not.toContain(secret)
    })

    test('one whose server ends the connection is told so', async () => {
      const { port } = silent.address() as AddressInfo // as: it listens on a port
      const url = `postgres://ada:${PASSWORD}@127.0.0.1:${port}/app`
      const { status, stdout, stderr } = await list({ DATABASE_URL: url }, [], cwd)
      expect([status, stdout]).toEqual([3, ''])
      expect(stderr).toMatch(
        /^coatcheck: ERR_STORE_UNAVAILABLE: PostgreSQL at the URL in DATABASE_URL did not do what it was asked \([A-Z_]+\): it ended the connection\.\n$/,
      )
      expect(stderr).not.toContain(PASSWORD)
    })
  })

  test('without a client is told in one line that names both', async () => {
    const { status, stdout, stderr } = await list(
      { DATABASE_URL: 'postgres://a:b@127.0.0.1/c' },
      [],
      project('bare', []),
    )
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^coatcheck: ERR_OPTIONS: neither pg nor postgres is installed for \S+bare, [^\n]*\n$/)
  })

  describe('of a real server', () => {
    let server: RunningPostgres

    beforeAll(async () => {
      server = await startPostgres()
    })

    afterAll(() => server.stop())

    test.each(['pg', 'postgres'])('is all that is needed beside %s', async (client) => {
      const cwd = project(`only ${client}`, [client])
      const prefix = ['--prefix', `only_${client}_`, '--database-env', 'OTHER_URL']
      const env = { OTHER_URL: server.url }
      // The second time, PostgreSQL has something to say about tables that exist.
      for (const _ of ['first', 'second']) {
        const migrated = await coatcheck(['migrate', ...prefix], { env, cwd })
        expect(migrated).toMatchObject({ status: 0, stderr: '' })
      }
      expect(await list(env, prefix, cwd)).toEqual({ status: 0, stdout: 'User 7 is signed in nowhere.\n', stderr: '' })
      expect(await coatcheck(['sessions', 'revoke', 'abc', ...prefix], { env, cwd })).toMatchObject({ status: 1 })
      expect(await coatcheck(['sweep', ...prefix], { env, cwd })).toMatchObject({ status: 0 })
    })

    test('with a database that there is not exits with 3 and says what it means', async () => {
      const url = new URL(server.url)
      url.pathname = '/nowhere'
      const { status, stderr } = await list({ DATABASE_URL: url.href })
      expect(status).toBe(3)
      expect(stderr).toMatch(/\(3D000\): there is no database of that name\.\n$/)
    })
  })
})
