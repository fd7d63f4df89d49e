import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import type { AnyData, Session } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { App, Browser } from './browser.ts'

const setUp = async (allow?: () => boolean) => {
  const store = memoryStore()
  const app = new App({ store })
  const registry = sqliteRegistry(new DatabaseSync(':memory:'))
  await registry.migrate()
  const identity = createIdentity({
    sessions: app.sessions,
    verify: userSessions(registry),
    loadUser: async (id: number) => ({ id }),
    allow,
  })
  return { identity, browser: new Browser(app) }
}

/** One whole request with a handler that waits. */
async function visit<Result>(
  browser: Browser,
  handler: (session: Session<AnyData>) => Promise<Result>,
): Promise<Result> {
  const request = await browser.begin()
  const result = await handler(request.session)
  browser.keep(await request.commit())
  return result
}

test('signing in, being known and signing out work over a store as over a cookie', async () => {
  const { identity, browser } = await setUp()
  await browser.visit((session) => (session['cart'] = [1]))
  const before = browser.copy()
  await visit(browser, (session) => identity.signIn(session, 7))
  expect(await visit(browser, (session) => identity.currentUser(session))).toEqual({ id: 7 })
  expect(await browser.data()).toEqual({ cart: [1] })
  expect(await before.data()).toEqual({})
  const copy = browser.copy()
  await visit(browser, (session) => identity.signOut(session))
  expect(await visit(copy, (session) => identity.currentUser(session))).toBeNull()
  expect(await copy.data()).toEqual({})
})

test('of two sign-ins at once from one browser both count: a double click does not end signed out', async () => {
  const { identity, browser } = await setUp()
  await browser.visit((session) => ((session['csrf'] = 'token'), (session['cart'] = [1])))
  const [first, second] = await Promise.all([browser.begin(), browser.begin()])
  await identity.signIn(first.session, 7)
  await identity.signIn(second.session, 7)
  second.session['greeted'] = true
  await first.commit()
  // The browser gave up on the first response when the button was pressed again.
  browser.keep(await second.commit())
  expect(await visit(browser, (session) => identity.currentUser(session))).toEqual({ id: 7 })
  // What the session of before held went with the first one.
  expect(await browser.data()).toEqual({ greeted: true })
})

test('what allow refuses is refused for this request alone: the stored session stays', async () => {
  let allowed = true
  const { identity, browser } = await setUp(() => allowed)
  await visit(browser, (session) => identity.signIn(session, 7))
  allowed = false
  expect(await visit(browser, (session) => identity.currentUser(session))).toBeNull()
  allowed = true
  expect(await visit(browser, (session) => identity.currentUser(session))).toEqual({ id: 7 })
})
