import { DatabaseSync } from 'node:sqlite'
import { expect } from 'vitest'
import { createIdentity, userSessions } from '../../../src/identity/index.ts'
import { sqliteRegistry } from '../../../src/identity/sqlite.ts'
import type { Browser } from '../../support/browser.ts'
import type { Admission, User } from '../app.ts'
import { scenario, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

interface Club {
  readonly browser: Browser
  /** What `allow` says from now on. */
  readonly allow: (isAllowed: boolean) => void
  /** Ends every session of the user. */
  readonly revoke: () => Promise<void>
  /** The database of user sessions goes away. */
  readonly breakDatabase: () => void
}

/** An application with a page for members, of whom there is one: Ada. */
async function open(world: World, how: Omit<Admission, 'identity'> = {}): Promise<Club> {
  const { sessions } = world
  const database = new DatabaseSync(':memory:')
  const registry = sqliteRegistry(database)
  await registry.migrate()
  let isAllowed = true
  const identity = createIdentity({
    sessions,
    verify: userSessions(registry),
    loadUser: (id: number): User | null => (id === 7 ? { id, name: 'Ada' } : null),
    allow: () => isAllowed,
  })
  const browser = await world.open(
    {
      '/sign-in': async (call) => {
        await identity.signIn(sessions.of(call.request), 7)
        return call.text('signed in')
      },
      '/who': async (call) => call.json({ user: await identity.currentUser(sessions.of(call.request)) }),
    },
    {
      members: {
        admission: { identity, ...how },
        routes: {
          '/account': async (call) => {
            const user = await identity.currentUser(sessions.of(call.request))
            return call.text(`Hello, ${user?.name}`)
          },
        },
      },
    },
  )
  return {
    browser,
    allow: (answer) => (isAllowed = answer),
    revoke: () => identity.revokeUser(7),
    breakDatabase: () => database.close(),
  }
}

/** Who is let in by `requireUser`. */
export const MEMBERS: readonly Scenario[] = [
  scenario('requireUser lets in who is signed in, and answers everybody else with 401 and JSON', async (world) => {
    const { browser } = await open(world)
    const denied = await browser.ask('/account')
    expect([denied.status, denied.body]).toEqual([401, '{"error":"signed-out"}'])
    expect(denied.headers.get('content-type')).toContain('application/json')
    expect(denied.headers.get('cache-control')).toBe('no-store')
    await browser.post('/sign-in')
    expect(await browser.ask('/account')).toMatchObject({ status: 200, body: 'Hello, Ada' })
  }),

  scenario(
    'requireUser sends whoever is not signed in to the sign-in page, where the application has one',
    async (world) => {
      const { browser } = await open(world, { signInPath: '/sign-in?next=account' })
      browser.cookies.set('session', 'rubbish')
      const denied = await browser.ask('/account')
      expect(denied.status).toBe(303)
      expect(denied.headers.get('location')).toBe('/sign-in?next=account')
      expect(denied.setCookie).toEqual([])
    },
  ),

  scenario(
    'requireUser answers 403 while allow says no, and lets the same cookie in when it says yes',
    async (world) => {
      const { browser, allow } = await open(world, { signInPath: '/sign-in' })
      await browser.post('/sign-in')
      allow(false)
      const denied = await browser.ask('/account')
      expect([denied.status, denied.body]).toEqual([403, '{"error":"not-allowed"}'])
      expect(denied.setCookie).toEqual([])
      allow(true)
      expect((await browser.ask('/account')).status).toBe(200)
    },
  ),

  scenario(
    'requireUser answers 503 with Retry-After when the record cannot be asked, and the cookie stays',
    async (world) => {
      const { browser, breakDatabase } = await open(world, { signInPath: '/sign-in' })
      await browser.post('/sign-in')
      breakDatabase()
      const denied = await browser.ask('/account')
      expect([denied.status, denied.body]).toEqual([503, '{"error":"unavailable"}'])
      expect(denied.headers.get('retry-after')).toBe('5')
      expect(denied.setCookie).toEqual([])
    },
  ),

  scenario(
    'requireUser lets the application answer in its own words, and say how somebody was signed out',
    async (world) => {
      const { browser, revoke } = await open(world, { inOwnWords: ({ because }) => `signed out: ${because}` })
      await browser.post('/sign-in')
      await revoke()
      expect(await browser.ask('/account')).toMatchObject({ status: 401, body: 'signed out: user' })
    },
  ),
]
