import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createIdentity, userTokens } from '../../src/identity/index.ts'
import { createSessions } from '../../src/index.ts'
import { EventLog, FakeClock, SECRET, Visitor } from '../support/visitor.ts'
import { commitNow } from '../support/commit-now.ts'
import { note, noteSecrets } from './leaks.ts'

interface User {
  readonly id: number
  readonly name: string
  readonly access_revoked: number
}

const newToken = (): string => randomBytes(32).toString('base64url')

/** The article's own version: a column on the application's users, and nothing of ours. */
function openWorld() {
  const database = new DatabaseSync(':memory:')
  database.exec(`CREATE TABLE users (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, session_token TEXT NOT NULL UNIQUE, access_revoked INTEGER NOT NULL DEFAULT 0
  ) STRICT`)
  const insert = database.prepare('INSERT INTO users (id, name, session_token) VALUES (?, ?, ?)')
  insert.run(7, 'Ada', newToken())
  insert.run(8, 'Grace', newToken())
  const byToken = database.prepare('SELECT id, name, access_revoked FROM users WHERE session_token = ?')
  const tokenOf = database.prepare('SELECT session_token FROM users WHERE id = ?')
  const rotate = database.prepare('UPDATE users SET session_token = ? WHERE id = ?')
  const clock = new FakeClock()
  const log = new EventLog()
  const sessions = createSessions<{ step: number }>({
    name: 'session',
    secrets: [SECRET],
    clock: clock.now,
    onEvent: log.hear,
  })
  const identity = createIdentity({
    sessions,
    verify: userTokens({
      tokenOf: (id: number) => String(tokenOf.get(id)?.['session_token']),
      find: (token) => byToken.get(token) as User | undefined, // as: the columns of the statement
      rotate: (id) => rotate.run(newToken(), id),
    }),
    allow: (user) => user.access_revoked === 0,
  })
  const visitor = new Visitor(sessions)
  const request = async <Result>(
    who: Visitor<{ step: number }>,
    handle: (session: ReturnType<typeof sessions.of>) => Promise<Result>,
  ): Promise<Result> => {
    const exchange = sessions.begin({}, { cookieHeader: who.header, isSecure: () => true })
    const result = await handle(exchange.session)
    noteSecrets(exchange.session)
    note([exchange.session, identity])
    who.keep(commitNow(exchange))
    return result
  }
  return { database, clock, log, sessions, identity, visitor, request }
}

describe('with a token on the user’s own row', () => {
  test('the session holds the token, and the user comes fresh from the row on every request', async () => {
    const { database, identity, visitor, request } = openWorld()
    await request(visitor, (session) => identity.signIn(session, 7))
    expect(await request(visitor, (session) => identity.currentUser(session))).toMatchObject({ id: 7, name: 'Ada' })
    database.exec("UPDATE users SET name = 'Countess' WHERE id = 7")
    expect(await request(visitor, (session) => identity.currentUser(session))).toMatchObject({ name: 'Countess' })
  })

  test('revokeUser signs the user out everywhere, and nobody else', async () => {
    const { identity, sessions, request } = openWorld()
    const [laptop, phone, grace] = [new Visitor(sessions), new Visitor(sessions), new Visitor(sessions)]
    await request(laptop, (session) => identity.signIn(session, 7))
    await request(phone, (session) => identity.signIn(session, 7))
    await request(grace, (session) => identity.signIn(session, 8))
    await identity.revokeUser(7)
    const whoami = (who: typeof laptop) => request(who, (session) => identity.status(session))
    expect(await whoami(laptop)).toEqual({ state: 'signed-out', reason: 'revoked', because: 'user' })
    expect(await whoami(phone)).toMatchObject({ state: 'signed-out' })
    expect(await whoami(grace)).toMatchObject({ state: 'signed-in' })
  })

  test('a sign-in that checked the old password is refused after the token was changed', async () => {
    const { identity, visitor, request } = openWorld()
    const epoch = await identity.epochOf(7)
    await identity.revokeUser(7)
    await expect(request(visitor, (session) => identity.signIn(session, 7, { epoch }))).rejects.toMatchObject({
      code: 'ERR_REVOKED',
    })
  })

  test('the gate and the absolute limit hold', async () => {
    const { database, identity, visitor, request, clock } = openWorld()
    await request(visitor, (session) => identity.signIn(session, 7))
    database.exec('UPDATE users SET access_revoked = 1 WHERE id = 7')
    expect(await request(visitor, (session) => identity.status(session))).toMatchObject({ state: 'not-allowed' })
    database.exec('UPDATE users SET access_revoked = 0 WHERE id = 7')
    expect(await request(visitor, (session) => identity.currentUser(session))).toMatchObject({ id: 7 })
    clock.advance(13 * 86_400)
    expect(await request(visitor, (session) => identity.currentUser(session))).toMatchObject({ id: 7 })
    clock.advance(31 * 86_400)
    expect(await request(visitor, (session) => identity.currentUser(session))).toBeNull()
  })

  test('a proof can be renewed and asked for', async () => {
    const { identity, visitor, request, clock } = openWorld()
    await request(visitor, (session) => identity.signIn(session, 7))
    clock.advance(3600)
    await expect(request(visitor, (session) => identity.requireRecent(session, '10m'))).rejects.toMatchObject({
      code: 'ERR_NOT_RECENT',
    })
    await request(visitor, (session) => identity.reauthenticated(session))
    expect(await request(visitor, (session) => identity.requireRecent(session, '10m'))).toMatchObject({ id: 7 })
  })

  test('an error of the application’s query does not carry the token on', async () => {
    const { database, sessions } = openWorld()
    const token = newToken()
    const identity = createIdentity({
      sessions,
      verify: userTokens({
        tokenOf: () => token,
        find: (given): User => {
          throw new Error(`Failed query: select * from users where token = $1, params: ${given}`)
        },
        rotate: () => undefined,
      }),
    })
    const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => true })
    await identity.signIn(exchange.session, 7)
    const error: unknown = await identity.currentUser(exchange.session).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(inspect(error, { depth: 10 })).not.toContain(token)
    expect(inspect(error, { depth: 10 })).toContain('withheld')
    database.close()
  })

  test.each([
    ['too short', 'abc', /tokenOf gave 3 characters, expected at least 22/],
    ['nothing', undefined, /tokenOf gave a undefined/],
  ])('a token that is %s is refused at sign-in', async (_, token, message) => {
    const { sessions } = openWorld()
    const identity = createIdentity({
      sessions,
      verify: userTokens({ tokenOf: () => token as string, find: () => null, rotate: () => undefined }), // as: the mistake
    })
    const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => true })
    await expect(identity.signIn(exchange.session, 7)).rejects.toThrow(message)
  })
})
