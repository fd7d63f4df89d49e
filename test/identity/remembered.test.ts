import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import type { ReadonlySession, Session } from '../../src/index.ts'
import { FakeClock } from '../support/visitor.ts'
import { App, newUsers, type AppSession, type Browser } from './app.ts'

/** Two processes over one database, and a browser that is signed in. */
async function openWorld() {
  const registry = sqliteRegistry(new DatabaseSync(':memory:'))
  await registry.migrate()
  const clock = new FakeClock()
  const world = { clock, users: newUsers() }
  const [app, elsewhere] = [new App(registry, world), new App(registry, world)]
  const browser = app.browser()
  await browser.signIn()
  return { app, elsewhere, clock, browser }
}

/** A session that is held longer than its request, as by a WebSocket. */
function hold({ sessions }: App, { cookie }: Browser): ReadonlySession<AppSession> {
  return sessions.read(`app_session=${cookie}`)
}

const WAYS: readonly (readonly [string, (app: App, browser: Browser) => Promise<unknown>])[] = [
  ['revokeUser', (app) => app.identity.revokeUser(7)],
  ['revokeEveryone', (app) => app.identity.revokeEveryone()],
  ['revokeSession', async (app, browser) => app.identity.revokeSession(await browser.handle(), { userId: 7 })],
  ['signOut', (app, browser) => browser.visit((session) => app.identity.signOut(session))],
  ['reset', (_, browser) => browser.visit((session) => session.reset())],
  ['signIn as somebody else', (_, browser) => browser.signIn(8)],
  ['reauthenticated', (app, browser) => browser.visit((session) => app.identity.reauthenticated(session))],
  [
    'revokeOtherSessions',
    async (app) => {
      const other = app.browser()
      await other.signIn()
      await other.visit((session) => app.identity.revokeOtherSessions(session))
    },
  ],
]

type Ask = (app: App, session: Session<AppSession>, epoch: string) => Promise<unknown>

/** What makes a user session last longer, or others shorter. */
const GAINS: readonly (readonly [string, Ask, unknown])[] = [
  ['signIn', (app, session, epoch) => app.identity.signIn(session, 7, { epoch }), 'ERR_REVOKED'],
  ['reauthenticated', (app, session) => app.identity.reauthenticated(session), 'ERR_REVOKED'],
  ['revokeOtherSessions', (app, session) => app.identity.revokeOtherSessions(session), 0],
]

describe('a session that is held longer than its request', () => {
  test.each(WAYS)('is signed out at once by %s of this process', async (_, end) => {
    const { app, browser } = await openWorld()
    const held = hold(app, browser)
    expect(await app.identity.currentUser(held)).toMatchObject({ name: 'Ada' })
    await end(app, browser)
    expect(await app.identity.currentUser(held)).toBeNull()
    expect(await app.identity.status(held)).toMatchObject({ state: 'signed-out', reason: 'revoked' })
  })

  test.each(WAYS)('is signed out within five seconds by %s of another process', async (_, end) => {
    const { app, elsewhere, clock, browser } = await openWorld()
    const held = hold(app, browser)
    expect(await app.identity.currentUser(held)).toMatchObject({ name: 'Ada' })
    browser.app = elsewhere
    await end(elsewhere, browser)
    clock.advance(5)
    expect(await app.identity.currentUser(held)).toBeNull()
    await expect(app.identity.requireRecent(held, '1h')).rejects.toMatchObject({ code: 'ERR_NOT_RECENT' })
  })

  test('goes on being told why it was signed out', async () => {
    const { app, clock, browser } = await openWorld()
    const held = hold(app, browser)
    await app.identity.revokeUser(7)
    for (const seconds of [0, 6, 6]) {
      clock.advance(seconds)
      expect(await app.identity.status(held)).toEqual({ state: 'signed-out', reason: 'revoked', because: 'user' })
    }
  })

  test('is signed in as long as it counts, and the registry is asked once in five seconds', async () => {
    const { app, clock, browser } = await openWorld()
    const held = hold(app, browser)
    for (let second = 0; second < 12; second++) {
      expect(await app.identity.currentUser(held)).toMatchObject({ name: 'Ada' })
      clock.advance(1)
    }
    expect(app.asked.loadUser).toBe(3)
  })

  test('is asked about again when the clock was set back', async () => {
    const { app, elsewhere, clock, browser } = await openWorld()
    const held = hold(app, browser)
    expect(await app.identity.currentUser(held)).toMatchObject({ name: 'Ada' })
    await elsewhere.identity.revokeUser(7)
    clock.advance(-30)
    expect(await app.identity.currentUser(held)).toBeNull()
  })

  test('of another user is not asked about again', async () => {
    const { app, browser } = await openWorld()
    const held = hold(app, browser)
    await app.identity.currentUser(held)
    await app.identity.revokeUser(8)
    await app.identity.currentUser(held)
    expect(app.asked.loadUser).toBe(1)
  })
})

describe('within one request', () => {
  test('nobody is recent any more after the request itself revoked the user', async () => {
    const { app, browser } = await openWorld()
    await browser.visit(async (session) => {
      expect(await app.identity.requireRecent(session, '5m')).toMatchObject({ name: 'Ada' })
      await app.identity.revokeUser(7)
      await expect(app.identity.requireRecent(session, '5m')).rejects.toMatchObject({ code: 'ERR_NOT_RECENT' })
      expect(await app.identity.currentUser(session)).toBeNull()
    })
  })

  test('nobody is signed in after session.reset()', async () => {
    const { app, browser } = await openWorld()
    await browser.visit(async (session) => {
      expect(await app.identity.currentUser(session)).toMatchObject({ name: 'Ada' })
      session.reset()
      expect(await app.identity.currentUser(session)).toBeNull()
    })
  })

  test.each(GAINS)(
    'a session that was revoked a moment ago gains nothing by %s, whatever was known of it before',
    async (_verb, ask, answer) => {
      const { app, elsewhere, browser } = await openWorld()
      const other = app.browser()
      await other.signIn()
      const epoch = await app.identity.epochOf(7)
      await browser.visit(async (session) => {
        expect(await app.identity.currentUser(session)).toMatchObject({ name: 'Ada' })
        await elsewhere.identity.revokeUser(7)
        expect(await ask(app, session, epoch).catch((error: { code: string }) => error.code)).toBe(answer)
      })
      expect(await browser.whoami()).toBe('revoked: user')
    },
  )

  test('session.renew() does not revive a session that was revoked a moment ago', async () => {
    const { app, elsewhere, browser } = await openWorld()
    await browser.visit(async (session) => {
      expect(await app.identity.currentUser(session)).toMatchObject({ name: 'Ada' })
      await elsewhere.identity.revokeUser(7)
      session.renew()
    })
    expect(await browser.whoami()).toBe('revoked: user')
  })
})
