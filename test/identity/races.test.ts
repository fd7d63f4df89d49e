import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FakeClock } from '../support/visitor.ts'
import { commitNow } from '../support/commit-now.ts'
import { App, Browser, newUsers } from './app.ts'
import { Barrier } from '../support/barrier.ts'
import { DATABASES, type Database } from './world.ts'

describe.each(DATABASES)('on %s, whatever happens at the same time,', (_name, openDatabase) => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
    await (await database.open()).migrate()
  })
  afterAll(() => database.close())

  /** Two processes of one application; in the first one's registry a test can stop. User 7's epoch may be anything. */
  async function openWorld(options: ConstructorParameters<typeof App>[2] = {}) {
    const clock = new FakeClock()
    const users = newUsers()
    const barrier = new Barrier(await database.open())
    const app = new App(barrier.target, { clock, users }, options)
    const elsewhere = new App(await database.open(), { clock, users }, options)
    await elsewhere.identity.revokeUser(7)
    await elsewhere.identity.revokeUser(8)
    return { app, elsewhere, barrier, clock, users, browser: app.browser() }
  }

  test('a request in flight during sign-out changes nothing afterwards, and its late Set-Cookie is refused', async () => {
    const { app, browser, elsewhere } = await openWorld()
    await browser.signIn()
    const late = browser.begin()
    expect(await app.identity.currentUser(late.session)).toMatchObject({ name: 'Ada' })
    late.session.step = 2
    await browser.visit((session) => app.identity.signOut(session))
    expect(browser.cookie).toBeUndefined()
    // The response of the request that began before arrives after the one that signed out.
    expect(await browser.keep(late)).toMatch(/^app_session=/)
    expect(browser.cookie).toBeDefined()
    expect(await browser.whoami()).toBe('revoked: sign-out')
    expect(await browser.whoami(elsewhere)).toBe('revoked: sign-out')
    expect(await browser.visit((session) => session.step)).toBe(2)
    expect(
      await browser.visit(async (session) => (await app.identity.currentUser(session), session.step)),
    ).toBeUndefined()
  })

  test('a sign-out that overtakes a check wins over everything the checked request still does', async () => {
    const { app, barrier, browser, elsewhere, clock } = await openWorld()
    await browser.signIn()
    clock.advance(120)
    // The other request read a good record and is about to note its use when the sign-out comes.
    const held = barrier.hold('touch', 'before')
    const slow = browser.begin()
    expect(await app.identity.currentUser(slow.session)).toMatchObject({ name: 'Ada' })
    await held.arrived
    await browser.copy(elsewhere).visit((session) => elsewhere.identity.signOut(session))
    held.release()
    await app.identity.flush()
    slow.session.step = 3
    await browser.keep(slow)
    expect(await browser.whoami()).toBe('revoked: sign-out')
  })

  test('a check that read the record before a sign-out is the last one that succeeds', async () => {
    const { app, barrier, browser, elsewhere } = await openWorld()
    await browser.signIn()
    const held = barrier.hold('find', 'after')
    const slow = browser.begin()
    const asking = app.identity.currentUser(slow.session)
    await held.arrived
    await browser.copy(elsewhere).visit((session) => elsewhere.identity.signOut(session))
    held.release()
    // It was asked before the sign-out: that answer may be given. What it writes is worth nothing.
    expect(await asking).toMatchObject({ name: 'Ada' })
    slow.session.step = 4
    await browser.keep(slow)
    expect(await browser.whoami()).toBe('revoked: sign-out')
  })

  test('a hundred sign-ins under way when the user is revoked leave none of them signed in', async () => {
    const { app, elsewhere } = await openWorld()
    const epoch = await app.identity.epochOf(7)
    const browsers = Array.from({ length: 100 }, (_, at) => new Browser(at % 2 === 0 ? app : elsewhere))
    const signingIn = browsers.map((browser) =>
      browser.visit((session) => browser.app.identity.signIn(session, 7, { epoch })),
    )
    const revoking = elsewhere.identity.revokeUser(7)
    const outcomes = await Promise.allSettled(signingIn)
    await revoking
    const codes = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as { code: unknown }).code] : [],
    )
    expect(codes).toEqual(codes.map(() => 'ERR_REVOKED'))
    const names = await Promise.all(browsers.map((browser) => browser.whoami()))
    expect(names.filter((name) => name === 'Ada')).toEqual([])
  })

  test('a hundred sign-ins, then revokeUser: none survives, and the next sign-in does', async () => {
    const { app, elsewhere } = await openWorld()
    const browsers = Array.from({ length: 100 }, () => app.browser())
    await Promise.all(browsers.map((browser) => browser.signIn()))
    expect(await Promise.all(browsers.map((browser) => browser.whoami()))).toEqual(browsers.map(() => 'Ada'))
    await elsewhere.identity.revokeUser(7)
    expect(await Promise.all(browsers.map((browser) => browser.whoami()))).toEqual(browsers.map(() => 'revoked: user'))
    const next = app.browser()
    await next.signIn()
    expect(await next.whoami(elsewhere)).toBe('Ada')
  })

  test('a sign-in that checked the old password cannot land after the password was reset and all were revoked', async () => {
    const { app, elsewhere } = await openWorld()
    const thief = app.browser()
    // The thief's request: the epoch is read, the old password is checked, and then it takes its time.
    const epoch = await app.identity.epochOf(7)
    await elsewhere.identity.revokeUser(7)
    await expect(thief.visit((session) => app.identity.signIn(session, 7, { epoch }))).rejects.toMatchObject({
      code: 'ERR_REVOKED',
    })
    expect(await thief.whoami()).toBe('nobody')
  })

  test('the same where the revocation comes while the record is being inserted', async () => {
    const { app, barrier, elsewhere } = await openWorld()
    const thief = app.browser()
    const epoch = await app.identity.epochOf(7)
    const held = barrier.hold('insert', 'after')
    const signingIn = thief.visit((session) => app.identity.signIn(session, 7, { epoch }))
    await held.arrived
    await elsewhere.identity.revokeUser(7)
    held.release()
    await signingIn
    expect(thief.cookie).toBeDefined()
    expect(await thief.whoami()).toBe('revoked: user')
  })

  test('a session fixed before sign-in is worth nothing after it', async () => {
    const { app, browser } = await openWorld()
    // The attacker plants a cookie of their own making, with an id that they know.
    const attacker = app.browser()
    await attacker.visit((session) => {
      session.step = 1
    })
    browser.cookie = attacker.cookie
    const before = await attacker.visit((session) => session.id)
    await browser.signIn()
    expect(await browser.whoami()).toBe('Ada')
    expect(await browser.visit((session) => session.id)).not.toBe(before)
    expect(await attacker.whoami()).toBe('nobody')
  })

  test('signing in again renews everything: the cookie from before is refused', async () => {
    const { browser, elsewhere } = await openWorld()
    await browser.signIn()
    const before = browser.copy(elsewhere)
    const handle = await browser.handle()
    await browser.signIn()
    expect(await browser.handle()).not.toBe(handle)
    expect(await browser.whoami()).toBe('Ada')
    expect(await before.whoami()).toBe('revoked: replaced')
  })

  test('signing in as somebody else in the same browser leaves nothing of the first', async () => {
    const { browser, elsewhere } = await openWorld()
    await browser.signIn(7)
    await browser.visit((session) => {
      session.accountId = 70
    })
    const before = browser.copy(elsewhere)
    await browser.signIn(8)
    expect(await browser.whoami()).toBe('Grace')
    expect(await browser.visit((session) => session.accountId)).toBeUndefined()
    expect(await before.whoami()).toBe('revoked: replaced')
  })

  test('reauthenticating renews id and secret; two at once leave one that works, and copies from before do not', async () => {
    const { app, browser, elsewhere } = await openWorld()
    await browser.signIn()
    const copy = browser.copy(elsewhere)
    const id = await browser.visit((session) => session.id)
    const tabs = [browser.copy(), browser.copy(elsewhere)]
    const renewals = await Promise.allSettled(
      tabs.map((tab) => tab.visit((session) => tab.app.identity.reauthenticated(session, { method: 'passkey' }))),
    )
    expect(renewals.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const winner = tabs.find((_tab, at) => renewals[at]?.status === 'fulfilled')
    expect(await winner?.whoami()).toBe('Ada')
    expect(await winner?.visit((session) => session.id)).not.toBe(id)
    expect(await copy.whoami(app)).toBe('revoked: renewed')
  })

  test('a renewed proof does not survive a sign-out that came first', async () => {
    const { app, barrier, browser, elsewhere } = await openWorld()
    await browser.signIn()
    const copy = browser.copy(elsewhere)
    const held = barrier.hold('renew', 'before')
    const renewing = browser.visit((session) => app.identity.reauthenticated(session))
    await held.arrived
    await copy.visit((session) => elsewhere.identity.signOut(session))
    held.release()
    await expect(renewing).rejects.toMatchObject({ code: 'ERR_REVOKED' })
    expect(await browser.whoami()).toBe('revoked: sign-out')
  })

  test('beyond maxSessionsPerUser the oldest is signed out, also when many sign in at once', async () => {
    const { app, clock } = await openWorld({ maxSessionsPerUser: 3 })
    const oldest = app.browser()
    await oldest.signIn()
    clock.advance(1)
    const others = Array.from({ length: 20 }, () => app.browser())
    await Promise.all(others.map((browser) => browser.signIn()))
    const names = await Promise.all(others.map((browser) => browser.whoami()))
    expect(names.filter((name) => name === 'Ada')).toHaveLength(3)
    expect(names.filter((name) => name === 'revoked: limit')).toHaveLength(17)
    expect(await oldest.whoami()).toBe('revoked: limit')
  })

  test('ending all others catches a sign-in that began before, and keeps the one that asked', async () => {
    const { app, barrier, browser, elsewhere } = await openWorld()
    await browser.signIn()
    const other = elsewhere.browser()
    await other.signIn()
    const epoch = await app.identity.epochOf(7)
    const held = barrier.hold('insert', 'before')
    const late = app.browser()
    const signingIn = late.visit((session) => app.identity.signIn(session, 7, { epoch }))
    await held.arrived
    expect(await browser.copy(elsewhere).visit((session) => elsewhere.identity.revokeOtherSessions(session))).toBe(1)
    held.release()
    await expect(signingIn).rejects.toMatchObject({ code: 'ERR_REVOKED' })
    expect(await other.whoami()).toBe('revoked: others')
    expect(await browser.whoami()).toBe('Ada')
  })

  test('a record that cannot get into its cookie any more is ended: nobody has it', async () => {
    const { app, barrier, browser, elsewhere } = await openWorld()
    const held = barrier.hold('insert', 'after')
    const request = browser.begin()
    const signingIn = app.identity.signIn(request.session, 7)
    await held.arrived
    // The handler did not wait, and the headers left.
    await browser.keep(request)
    held.release()
    await expect(signingIn).rejects.toMatchObject({ code: 'ERR_SESSION_SENT' })
    await app.identity.flush()
    expect(await elsewhere.identity.listSessions(7)).toEqual([])
  })

  test('the same for several of them at once', async () => {
    const { app, elsewhere } = await openWorld()
    const requests = Array.from({ length: 3 }, () => app.browser().begin())
    const signingIn = requests.map((request) => app.identity.signIn(request.session, 7))
    for (const request of requests) commitNow(request)
    const outcomes = await Promise.allSettled(signingIn)
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    await app.identity.flush()
    expect(await elsewhere.identity.listSessions(7)).toEqual([])
  })
})
