import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIdentity, userSessions, userTokens, type UserSessionRegistry } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { createSessions } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { commitNow } from '../support/commit-now.ts'
import { FakeClock, SECRET, Visitor } from '../support/visitor.ts'
import { App, newUsers, type Browser } from '../identity/app.ts'
import { DATABASES, type Database } from '../identity/world.ts'

/** Users of `newUsers`. */
const ADA = 7
const GRACE = 8

describe.each(DATABASES)('on %s', (_, openDatabase) => {
  let database: Database
  let registry: UserSessionRegistry
  beforeAll(async () => {
    database = await openDatabase()
    registry = await database.open()
    await registry.migrate()
  })
  afterAll(() => database.close())

  const openApp = (): App => new App(registry, { clock: new FakeClock(), users: newUsers() })
  const signedIn = async (app: App, userId = ADA): Promise<Browser> => {
    const browser = app.browser()
    await browser.signIn(userId)
    return browser
  }

  /** CVE-2026-84321: short tokens outlived the revocation in a cache, and worked again with the account. */
  test('a user who was disabled, revoked and enabled again has no session from before', async () => {
    const app = openApp()
    const [held, silent] = [await signedIn(app), await signedIn(app)]
    const ada = app.users.get(ADA)
    if (ada === undefined) throw new Error('nobody')
    expect(await held.whoami()).toBe('Ada')
    ada.revoked = true
    expect(await held.whoami()).toBe('not-allowed')
    await app.identity.revokeUser(ADA)
    ada.revoked = false
    for (const browser of [held, silent, held.copy()]) expect(await browser.whoami()).toBe('revoked: user')
    expect(await (await signedIn(app)).whoami()).toBe('Ada')
  })

  /** GHSA-xg6x-h9c9-2m83: a session that waited for its second factor was sealed as if it had been given. */
  test('who has given the first of two factors is nobody before signIn, in every request and after all caches', async () => {
    const app = openApp()
    await app.identity.revokeUser(ADA)
    const browser = app.browser()
    const claims = { accountId: ADA, step: 1, userId: ADA, user: { id: ADA } }
    await browser.visit((session) => void Object.assign(session, claims))
    for (let request = 0; request < 3; request++) {
      await browser.visit(async (session) => {
        expect(await app.identity.currentUser(session)).toBeNull()
        expect(await app.identity.status(session)).toMatchObject({ state: 'signed-out' })
        await expect(app.identity.requireRecent(session, '1h')).rejects.toMatchObject({ code: 'ERR_NOT_RECENT' })
        session.renew()
      })
    }
    expect(app.asked.loadUser).toBe(0)
    expect(await app.identity.listSessions(ADA)).toEqual([])
    await browser.signIn(ADA)
    expect(await browser.whoami()).toBe('Ada')
    await app.identity.revokeUser(ADA)
  })

  /** CVE-2025-71402 and the forged `_multi` cookies: what is in a cookie's name, or unsealed, ended another's session. */
  test('no name of a cookie and no byte that is not sealed ends anybody’s session', async () => {
    const app = openApp()
    const victim = await signedIn(app)
    const handle = await victim.handle()
    const thief = await signedIn(app, GRACE)
    const planted = [
      `app_session_multi-${handle}=1`,
      `app_session.${handle}=${handle}`,
      `app_session=${handle}`,
      `app_session=${Buffer.from(JSON.stringify({ id: handle, userId: ADA })).toString('base64url')}`,
      `${handle}=${thief.cookie}`,
    ]
    for (const own of [[], [`app_session=${thief.cookie}`]]) {
      for (const verb of ['signOut', 'destroy', 'reset', 'signIn'] as const) {
        const cookieHeader = [...planted, ...own, ...planted].join('; ')
        const request = app.sessions.begin({}, { cookieHeader, isSecure: () => true })
        if (verb === 'signOut') await app.identity.signOut(request.session)
        else if (verb === 'signIn') await app.identity.signIn(request.session, GRACE)
        else request.session[verb]()
        await request.commit()
        expect(await victim.whoami()).toBe('Ada')
      }
    }
    await app.identity.revokeUser(ADA)
  })

  /** CVE-2026-40155: one promise for several requests gave one user what was another's. */
  test('a hundred visitors who are asked about in one turn are each themselves', async () => {
    const app = openApp()
    for (let id = 100; id < 200; id++) app.users.set(id, { id, name: `user ${id}`, revoked: false })
    const browsers = await Promise.all(Array.from({ length: 100 }, (_each, at) => signedIn(app, 100 + at)))
    const names = await Promise.all([...browsers, ...browsers.map((each) => each.copy())].map((each) => each.whoami()))
    expect(names).toEqual([...browsers, ...browsers].map((_each, at) => `user ${100 + (at % 100)}`))
  })
})

test('a token on the user’s own row: disabled, revoked and enabled again, no cookie from before works', async () => {
  const token = (): string => randomBytes(32).toString('base64url')
  const user = { id: ADA, token: token(), isDisabled: false }
  const sessions = createSessions({ name: 'session', secrets: [SECRET] })
  const identity = createIdentity({
    sessions,
    verify: userTokens({
      tokenOf: () => user.token,
      find: (text) => (text === user.token ? user : undefined),
      rotate: () => void (user.token = token()),
    }),
    allow: ({ isDisabled }) => !isDisabled,
  })
  const visitor = new Visitor(sessions)
  const visit = async (use: (session: ReturnType<typeof sessions.of>) => Promise<unknown>): Promise<unknown> => {
    const exchange = sessions.begin({}, { cookieHeader: visitor.header, isSecure: () => true })
    const answer = await use(exchange.session)
    visitor.keep(commitNow(exchange))
    return answer
  }
  await visit((session) => identity.signIn(session, ADA))
  expect(await visit((session) => identity.currentUser(session))).toBe(user)
  user.isDisabled = true
  expect(await visit((session) => identity.currentUser(session))).toBeNull()
  await identity.revokeUser(ADA)
  user.isDisabled = false
  expect(await visit((session) => identity.currentUser(session))).toBeNull()
})

test('what a store holds of who has given the first of two factors signs nobody in either', async () => {
  const database = new DatabaseSync(':memory:')
  const registry = sqliteRegistry(database)
  await registry.migrate()
  const sessions = createSessions<{ pendingUserId: number }>({ name: 's', secrets: [SECRET], store: memoryStore() })
  const identity = createIdentity({ sessions, verify: userSessions(registry), loadUser: (id: number) => ({ id }) })
  const visitor = new Visitor(sessions)
  for (const expected of [undefined, ADA]) {
    const exchange = sessions.begin({}, { cookieHeader: visitor.header, isSecure: () => true })
    await exchange.load()
    expect(exchange.session.pendingUserId).toBe(expected)
    expect(await identity.currentUser(exchange.session)).toBeNull()
    exchange.session.pendingUserId = ADA
    visitor.keep(await exchange.commit())
  }
})
