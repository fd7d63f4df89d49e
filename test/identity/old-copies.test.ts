import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FakeClock } from '../support/visitor.ts'
import { App, newUsers, type AppSession, type Browser } from './app.ts'
import { DATABASES, type Database } from './world.ts'
import type { Session } from '../../src/index.ts'

/** Whatever ends or replaces a user session. */
const VERBS: readonly (readonly [string, (session: Session<AppSession>, app: App) => unknown])[] = [
  ['identity.signOut', (session, app) => app.identity.signOut(session)],
  ['session.reset', (session) => session.reset()],
  ['session.destroy', (session) => session.destroy()],
  ['identity.signIn as somebody else', (session, app) => app.identity.signIn(session, 8)],
  ['identity.signIn as the same user', (session, app) => app.identity.signIn(session, 7)],
  ['identity.revokeOtherSessions', (session, app) => app.identity.revokeOtherSessions(session)],
  ['identity.reauthenticated', (session, app) => app.identity.reauthenticated(session).catch(() => {})],
]

describe.each(DATABASES)('on %s, a copy of the cookie from before the proof was renewed', (_name, openDatabase) => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
    await (await database.open()).migrate()
  })
  afterAll(() => database.close())

  async function openWorld() {
    const world = { clock: new FakeClock(), users: newUsers() }
    const app = new App(await database.open(), world)
    const elsewhere = new App(await database.open(), world)
    await app.identity.revokeUser(7)
    const browser = app.browser()
    await browser.signIn()
    const copy = browser.copy()
    const other = app.browser()
    await other.signIn()
    const reauthenticate = (): Promise<void> => browser.visit((session) => app.identity.reauthenticated(session))
    return { app, elsewhere, browser, copy, other, reauthenticate }
  }

  const isSignedIn = async (...browsers: Browser[]): Promise<void> => {
    expect(await Promise.all(browsers.map((browser) => browser.whoami()))).toEqual(browsers.map(() => 'Ada'))
  }

  test.each(VERBS)('ends nothing by %s', async (_verb, act) => {
    const { app, browser, copy, other, reauthenticate } = await openWorld()
    await reauthenticate()
    await copy.visit((session) => act(session, app))
    await app.identity.flush()
    await isSignedIn(browser, other)
    expect(app.log.types).not.toContain('session_expired')
  })

  test.each(VERBS)('ends nothing by %s either where it was valid when the request looked', async (_verb, act) => {
    const { app, browser, copy, other, reauthenticate } = await openWorld()
    await copy.visit(async (session) => {
      expect(await app.identity.currentUser(session)).toMatchObject({ name: 'Ada' })
      await reauthenticate()
      await act(session, app)
    })
    await app.identity.flush()
    await isSignedIn(browser, other)
  })

  test('is told by signOut that it ended nothing', async () => {
    const { app, browser, copy, reauthenticate } = await openWorld()
    await reauthenticate()
    expect(await copy.visit((session) => app.identity.signOut(session))).toBe(false)
    expect(await browser.visit((session) => app.identity.signOut(session))).toBe(true)
  })
})
