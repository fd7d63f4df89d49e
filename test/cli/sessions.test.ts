import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewUserSession } from '../../src/identity/index.ts'
import type { Outcome } from './run.ts'
import { coatcheck, DATABASES, newSession, type CliDatabase } from './world.ts'

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0'

describe.each(DATABASES)('coatcheck sessions on %s', (_, open) => {
  let database: CliDatabase
  let users = 0

  beforeAll(async () => {
    database = await open()
    await database.registry.migrate()
  })

  afterAll(() => database.close())

  const newUser = (): string => `user ${++users}`

  const signIn = async (userId: string, facts?: Partial<NewUserSession>): Promise<NewUserSession> => {
    const session = newSession(userId, Date.now(), facts)
    await database.registry.insert(session, { maximum: 100 })
    return session
  }

  const sessions = (...args: string[]): Promise<Outcome> => coatcheck(['sessions', ...args, ...database.args], database)

  const handles = async (userId: string): Promise<string[]> => {
    const records = await database.registry.list(userId, Date.now())
    return records.map(({ id }) => id)
  }

  describe('list', () => {
    test('prints a table for people', async () => {
      const user = newUser()
      const facts = { ipPrefix: '203.0.113.0/24', userAgent: FIREFOX, method: 'passkey', label: 'Ada’s laptop' }
      const { id, createdAt } = await signIn(user, facts)
      const { status, stdout, stderr } = await sessions('list', '--user', user)
      expect([status, stderr]).toEqual([0, ''])
      const [titles, row, ...rest] = stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/))
      expect(titles).toEqual(['SESSION', 'SIGNED IN', 'LAST SEEN', 'FROM', 'BROWSER', 'METHOD', 'LABEL'])
      const time = new Date(createdAt).toISOString().replace(/\.\d+/, '')
      expect(row).toEqual([id, time, time, '203.0.113.0/24', 'Firefox 143, Windows', 'passkey', 'Ada’s laptop'])
      expect(rest).toEqual([])
    })

    test('--json prints an object a line, the last seen first, without secret or hash', async () => {
      const user = newUser()
      const now = Date.now()
      const first = await signIn(user, { lastSeenAt: now - 5000 })
      const second = await signIn(user, { label: 'a "label"', userAgent: FIREFOX })
      const { stdout } = await sessions('list', '--json', '--user', user)
      const lines: unknown[] = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown)
      expect(lines).toEqual(
        [second, first].map((session) => ({
          id: session.id,
          userId: user,
          createdAt: new Date(session.createdAt).toISOString(),
          authenticatedAt: new Date(session.authenticatedAt).toISOString(),
          lastSeenAt: new Date(session.lastSeenAt).toISOString(),
          idleExpiresAt: new Date(session.idleExpiresAt).toISOString(),
          absoluteExpiresAt: new Date(session.absoluteExpiresAt).toISOString(),
          ipPrefix: null,
          userAgent: session.userAgent,
          label: session.label,
          method: null,
        })),
      )
    })

    test('says so when there is nothing, and prints no line for a program', async () => {
      const user = newUser()
      const said = { status: 0, stdout: `User ${user} is signed in nowhere.\n`, stderr: '' }
      expect(await sessions('list', '--user', user)).toEqual(said)
      expect(await sessions('list', '--user', user, '--json')).toEqual({ ...said, stdout: '' })
    })
  })

  describe('revoke', () => {
    test('ends one session and no other', async () => {
      const user = newUser()
      const [gone, kept] = [await signIn(user), await signIn(user)]
      expect(await sessions('revoke', gone.id)).toEqual({
        status: 0,
        stdout: `Session ${gone.id} is ended.\n`,
        stderr: '',
      })
      expect(await handles(user)).toEqual([kept.id])
      expect(await database.registry.find(gone.id)).toMatchObject({ endedBecause: 'revoked' })
    })

    test('gives one answer, and exits with 1, for what is unknown, ended, expired or revoked with its user', async () => {
      const user = newUser()
      const ended = await signIn(user)
      const expired = await signIn(user, { idleExpiresAt: Date.now() - 1 })
      const revoked = await signIn(user)
      await database.registry.end(ended.id, { at: Date.now(), because: 'sign-out' })
      await database.registry.raiseUserEpoch(user)
      for (const id of [ended.id, expired.id, revoked.id, 'nobody has this one', 'x'.repeat(300), '']) {
        const stdout = `There is no session ${id}, or it has ended already.\n`
        expect(await sessions('revoke', id)).toEqual({ status: 1, stdout, stderr: '' })
      }
    })

    test('--user ends all sessions of the user, sign-ins that are under way included', async () => {
      const [user, other] = [newUser(), newUser()]
      const before = await database.registry.epochs(user)
      await signIn(user)
      await signIn(user)
      const { id } = await signIn(other)
      const { status, stdout } = await sessions('revoke', '--user', user)
      expect([status, stdout]).toEqual([
        0,
        `User ${user} is signed out everywhere: 2 sessions, and sign-ins that were under way.\n`,
      ])
      expect([await handles(user), await handles(other)]).toEqual([[], [id]])
      const late = await database.registry.insert(newSession(user, Date.now()), { expected: before, maximum: 9 })
      expect(late.ok).toBe(false)
      expect(await sessions('revoke', '--user', user)).toMatchObject({ status: 0, stdout: /: 0 sessions, / })
    })

    test('--user without an id revokes nobody, and not everybody', async () => {
      const user = newUser()
      const { id } = await signIn(user)
      const { status, stderr } = await sessions('revoke', '--user', '')
      expect([status, stderr]).toEqual([2, expect.stringContaining('expected text that is not empty')])
      expect(await handles(user)).toEqual([id])
    })

    test('--everyone ends every session, and only together with --yes', async () => {
      const [user, other] = [newUser(), newUser()]
      const { id } = await signIn(user)
      await signIn(other)
      expect(await sessions('revoke', '--everyone')).toMatchObject({ status: 2, stdout: '' })
      expect(await handles(user)).toEqual([id])
      const { status, stdout } = await sessions('revoke', '--everyone', '--yes')
      expect([status, stdout]).toEqual([0, 'Everybody is signed out, sign-ins that were under way included.\n'])
      expect([await handles(user), await handles(other)]).toEqual([[], []])
      await signIn(user)
      expect(await handles(user)).toHaveLength(1)
    })
  })

  test('tables that are not there are told by what makes them, with exit code 3', async () => {
    const { args, env, sql } = database.fresh()
    await sql('SELECT 1') // makes the file of SQLite
    const { status, stdout, stderr } = await coatcheck(['sessions', 'list', '--user', '7', ...args], { env })
    expect([status, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(/^coatcheck: ERR_STORE_UNAVAILABLE: .*our tables are not there.*: coatcheck migrate\.\n$/)
  })
})

test.each<[string, string[], RegExp]>([
  ['list without a user', ['list'], /required option '--user <id>'/],
  ['revoke without anything', ['revoke'], /revoke takes one of ID, --user ID and --everyone, and got 0/],
  ['revoke with two things', ['revoke', 'abc', '--user', '7'], /and got 2/],
  ['revoke with two sessions', ['revoke', 'abc', 'def'], /too many arguments/],
  ['no command', [], /^Usage: coatcheck sessions/],
  ['an unknown command', ['end'], /unknown command 'end'/],
])('a wrong call exits with 2 and says why: %s', async (_, args, message) => {
  const { status, stdout, stderr } = await coatcheck(['sessions', ...args])
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(message)
})
