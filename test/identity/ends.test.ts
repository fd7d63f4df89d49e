import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FakeClock } from '../support/visitor.ts'
import { App, newUsers, type Browser } from './app.ts'
import { DATABASES, type Database } from './world.ts'

interface World {
  readonly app: App
  readonly elsewhere: App
  readonly clock: FakeClock
  readonly browser: Browser
  readonly database: Database
  readonly handle: string
}

/** Every way to end a session, each done on another process than the one that signed in. */
const WAYS: readonly (readonly [string, (world: World) => Promise<unknown>, string])[] = [
  [
    'signing out',
    ({ browser, elsewhere }) => browser.visit((session) => elsewhere.identity.signOut(session), elsewhere),
    'revoked: sign-out',
  ],
  [
    'revoking the device',
    ({ elsewhere, handle }) => elsewhere.identity.revokeSession(handle, { userId: 7 }),
    'revoked: revoked',
  ],
  ['revoking the user', ({ elsewhere }) => elsewhere.identity.revokeUser(7), 'revoked: user'],
  ['revoking everyone', ({ elsewhere }) => elsewhere.identity.revokeEveryone(), 'revoked: everyone'],
  [
    'deleting the user by plain SQL, which takes the records along',
    ({ database }) => database.sql("DELETE FROM app_users WHERE id = '7'"),
    'not-found',
  ],
  [
    'deleting the record by hand',
    ({ database, handle }) => database.sql(`DELETE FROM coatcheck_user_sessions WHERE id = '${handle}'`),
    'not-found',
  ],
]

describe.each(DATABASES)('on %s', (name, openDatabase) => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
    await (await database.open()).migrate()
    await database.sql('CREATE TABLE app_users (id TEXT NOT NULL PRIMARY KEY)')
    await database.sql(CASCADE[name] ?? '')
  })
  afterAll(() => database.close())

  async function openWorld(options: ConstructorParameters<typeof App>[2] = {}) {
    const clock = new FakeClock()
    const users = newUsers()
    const app = new App(await database.open(), { clock, users }, options)
    const elsewhere = new App(await database.open(), { clock, users }, options)
    await database.sql("INSERT INTO app_users (id) VALUES ('7') ON CONFLICT DO NOTHING")
    await app.identity.revokeUser(7)
    await app.identity.revokeUser(8)
    const browser = app.browser()
    await browser.signIn()
    return { app, elsewhere, clock, users, browser, database, handle: await browser.handle() }
  }

  test.each(WAYS)('a copied cookie is refused after %s, on every process and for ever', async (_, end, answer) => {
    const world = await openWorld()
    const { app, elsewhere, browser, clock } = world
    const copy = browser.copy()
    expect(await copy.whoami(app)).toBe('Ada')
    expect(await copy.whoami(elsewhere)).toBe('Ada')
    await end(world)
    for (const process of [app, elsewhere, app]) expect(await copy.copy().whoami(process)).toBe(answer)
    clock.advance(3600)
    expect(await copy.copy().whoami(elsewhere)).toBe(answer)
  })

  test.each(['reset', 'destroy'] as const)(
    'session.%s() signs out as well: the record ends, and copies of the cookie with it',
    async (verb) => {
      const { app, browser, elsewhere } = await openWorld()
      const copy = browser.copy(elsewhere)
      await browser.visit((session) => session[verb]())
      await app.identity.flush()
      expect(browser.cookie).toBeUndefined()
      expect(await copy.whoami()).toBe('revoked: sign-out')
      expect(app.log.types.filter((type) => type === 'session_expired')).toHaveLength(1)
    },
  )

  test('signOut says that it ended nothing where nobody is signed in, any more, or by a clock that is wrong', async () => {
    const { app, browser, elsewhere, users } = await openWorld()
    const signOut = (where: Browser, at = app): Promise<boolean> =>
      where.visit((session) => at.identity.signOut(session), at)
    const late = new FakeClock()
    late.advance(-3600)
    const behind = new App(await database.open(), { clock: late, users })
    expect(await signOut(browser.copy(), behind)).toBe(false)
    expect(await browser.whoami()).toBe('Ada')
    expect(await signOut(app.browser())).toBe(false)
    const tabs = [browser.copy(), browser.copy(elsewhere)]
    const ended = await Promise.all(tabs.map((tab) => signOut(tab, tab.app)))
    expect(ended.toSorted()).toEqual([false, true])
    const revoked = app.browser()
    await revoked.signIn()
    await elsewhere.identity.revokeUser(7)
    expect(await signOut(revoked)).toBe(false)
  })

  test('a refused session is empty and leaves its cookie alone; what is written then begins a new one', async () => {
    const { app, browser } = await openWorld()
    await browser.visit((session) => {
      session.accountId = 70
    })
    await app.identity.revokeUser(7)
    const { cookie } = browser
    await browser.visit(async (session) => {
      expect(await app.identity.currentUser(session)).toBeNull()
      expect(session.refused).toBe('revoked')
      expect([session.isNew, session.accountId, Object.keys(session)]).toEqual([true, undefined, []])
    })
    expect(browser.cookie).toBe(cookie)
    await browser.visit(async (session) => {
      await app.identity.currentUser(session)
      session.step = 1
    })
    expect(await browser.whoami()).toBe('nobody')
    expect(await browser.visit((session) => [session.step, session.accountId])).toEqual([1, undefined])
  })

  test('another user’s handle ends nothing, and gives the same answer as one that does not exist', async () => {
    const { app, browser, handle } = await openWorld()
    expect(await app.identity.revokeSession(handle, { userId: 8 })).toBe(false)
    expect(await app.identity.revokeSession('nobody has this one', { userId: 8 })).toBe(false)
    expect(await browser.whoami()).toBe('Ada')
    expect(await app.identity.revokeSession(handle, { userId: 7 })).toBe(true)
    expect(await app.identity.revokeSession(handle, { userId: 7 })).toBe(false)
  })

  test('the gate refuses a request and ends nothing; revokeUser ends the session for good', async () => {
    const { app, elsewhere, browser, users } = await openWorld()
    const ada = users.get(7)
    if (ada === undefined) throw new Error('Ada is missing')
    ada.revoked = true
    expect(await browser.whoami()).toBe('not-allowed')
    const before = browser.cookie
    expect(await browser.visit((session) => elsewhere.identity.currentUser(session), elsewhere)).toBeNull()
    expect(browser.cookie).toBe(before)
    expect(app.log.types).toContain('not-allowed')
    ada.revoked = false
    expect(await browser.whoami(elsewhere)).toBe('Ada')
    await app.identity.revokeUser(7)
    expect(await browser.whoami(elsewhere)).toBe('revoked: user')
  })

  test('what is written while the gate says no stays in the session that works again later', async () => {
    const { app, browser, users } = await openWorld()
    const ada = users.get(7)
    if (ada === undefined) throw new Error('Ada is missing')
    ada.revoked = true
    await browser.visit(async (session) => {
      expect(await app.identity.currentUser(session)).toBeNull()
      session.step = 5
    })
    ada.revoked = false
    expect(await browser.whoami()).toBe('Ada')
    expect(await browser.visit((session) => session.step)).toBe(5)
  })

  test('a user that the application does not have any more is signed out', async () => {
    const { browser, users } = await openWorld()
    users.delete(7)
    expect(await browser.whoami()).toBe('not-found')
  })

  test('a handle alone opens nothing: it is no credential, and neither is the hash', async () => {
    const { app, browser, handle } = await openWorld()
    const forged = app.browser()
    // Whoever has the key can seal anything; without the secret of the record it is worth nothing.
    const claims = { sid: handle, uid: 7, secret: 'A'.repeat(43), epoch: 1000, everyoneEpoch: 1000 }
    const state = forged.begin()
    const { stateOf } = await import('../../src/session/session.ts')
    stateOf(state.session).claim(claims)
    await forged.keep(state)
    expect(await forged.whoami()).toBe('revoked: renewed')
    expect(await browser.whoami()).toBe('Ada')
  })

  test('claims with another user’s id do not open that user’s account', async () => {
    const { app, browser } = await openWorld()
    const { stateOf } = await import('../../src/session/session.ts')
    const request = browser.begin()
    const { claims } = stateOf(request.session)
    if (claims === undefined) throw new Error('nobody is signed in')
    const forged = app.browser()
    const other = forged.begin()
    stateOf(other.session).claim({ ...claims, uid: 8 })
    await forged.keep(other)
    expect(await forged.whoami()).toBe('not-found')
  })

  test('the list shows every device with its public facts, marks the one that asks, and holds no secret', async () => {
    const { app, browser, elsewhere, clock } = await openWorld()
    clock.advance(90)
    const phone = elsewhere.browser()
    await phone.visit((session) =>
      elsewhere.identity.signIn(session, 7, {
        ip: '2001:db8:1:2::3',
        userAgent: 'Phone',
        label: 'Ada’s phone',
        method: 'passkey',
      }),
    )
    const devices = await phone.visit((session) => elsewhere.identity.listSessions(7, session))
    expect(devices).toEqual([
      {
        id: await phone.handle(),
        createdAt: clock.milliseconds,
        authenticatedAt: clock.milliseconds,
        lastSeenAt: clock.milliseconds,
        ipPrefix: '2001:db8:1::/48',
        userAgent: 'Phone',
        label: 'Ada’s phone',
        method: 'passkey',
        current: true,
      },
      {
        id: await browser.handle(),
        createdAt: clock.milliseconds - 90_000,
        authenticatedAt: clock.milliseconds - 90_000,
        lastSeenAt: clock.milliseconds - 90_000,
        ipPrefix: '203.0.113.0/24',
        userAgent: null,
        label: null,
        method: 'password',
        current: false,
      },
    ])
    expect((await app.identity.listSessions(7)).map(({ current }) => current)).toEqual([false, false])
  })

  test('a sweep of the identity keeps for a week what ended, so that a device can still be told why', async () => {
    const { app, browser, clock } = await openWorld()
    const copy = browser.copy()
    await browser.visit((session) => app.identity.signOut(session))
    clock.advance(6 * 86_400)
    await app.identity.sweep()
    expect(await copy.copy().whoami()).toBe('revoked: sign-out')
    clock.advance(2 * 86_400)
    let swept = 0
    do swept = await app.identity.sweep({ limit: 10 })
    while (swept === 10)
    expect(await copy.copy().whoami()).toBe('not-found')
  })
})

/** How the application's own user table takes the records along; docs/user-sessions.md has the same. */
const CASCADE: Readonly<Record<string, string>> = {
  SQLite: `CREATE TRIGGER end_user_sessions AFTER DELETE ON app_users BEGIN
      DELETE FROM coatcheck_user_sessions WHERE user_id = OLD.id;
    END`,
  PostgreSQL: `ALTER TABLE coatcheck_user_sessions
      ADD FOREIGN KEY (user_id) REFERENCES app_users (id) ON DELETE CASCADE`,
}
