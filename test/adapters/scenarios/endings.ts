import { DatabaseSync } from 'node:sqlite'
import { expect } from 'vitest'
import { createIdentity, userSessions } from '../../../src/identity/index.ts'
import { sqliteRegistry } from '../../../src/identity/sqlite.ts'
import type { Browser } from '../../support/browser.ts'
import { scenario, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

interface Leaving {
  readonly browser: Browser
  /** What happens before a record is ended. */
  before: () => Promise<unknown>
}

/** What ends a session by the answer; `identity.signOut` fails in the handler itself. */
const BY_ANSWER = ['/destroy', '/reset'] as const

/** An application where somebody is signed in, and whose registry may fail to end a record. */
async function open(world: World): Promise<Leaving> {
  const sessions = world.createSessions(world.store && { storeTimeout: '1s' })
  const registry = sqliteRegistry(new DatabaseSync(':memory:'))
  await registry.migrate()
  const leaving = { before: (): Promise<unknown> => Promise.resolve() }
  const end: typeof registry.end = async (...asked) => {
    await leaving.before()
    return registry.end(...asked)
  }
  const identity = createIdentity({
    sessions,
    verify: userSessions({ ...registry, end }),
    loadUser: (id: number) => ({ id }),
  })
  const browser = await world.open(
    {
      '/sign-in': async (call) => {
        await identity.signIn(sessions.of(call.request), 7)
        return call.text('signed in')
      },
      '/who': async (call) => call.json({ user: await identity.currentUser(sessions.of(call.request)) }),
      '/destroy': world.does((session) => session.destroy(), sessions),
      '/reset': world.does((session) => session.reset(), sessions),
      '/sign-out': async (call) => {
        await identity.signOut(sessions.of(call.request))
        return call.text('ok')
      },
    },
    { sessions: [sessions] },
  )
  await browser.post('/sign-in')
  return Object.assign(leaving, { browser })
}

const ADA = { user: { id: 7 } }
const NOBODY = { user: null }

/** When a response may say that somebody is signed out. */
export const ENDINGS: readonly Scenario[] = [
  scenario(
    'an answer that says "signed out" has ended the record first, and every copy of the cookie',
    async (world) => {
      const { browser } = await open(world)
      for (const way of [...BY_ANSWER, '/sign-out']) {
        await browser.post('/sign-in')
        const copy = browser.copy()
        expect(await copy.json('/who')).toEqual(ADA)
        expect(await browser.post(way)).toMatchObject({ status: 200, body: 'ok' })
        expect(browser.cookies.size).toBe(0)
        expect(await copy.json('/who')).toEqual(NOBODY)
      }
    },
  ),

  scenario('nothing leaves before the record has ended', async (world) => {
    const leaving = await open(world)
    const { browser } = leaving
    const asked = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    leaving.before = () => {
      asked.resolve()
      return goOn.promise
    }
    let isAnswered = false
    const answer = browser.post('/destroy').finally(() => (isAnswered = true))
    await asked.promise
    expect(await browser.copy().json('/who')).toEqual(ADA)
    expect(isAnswered).toBe(false)
    goOn.resolve()
    expect((await answer).status).toBe(200)
    expect(await browser.json('/who')).toEqual(NOBODY)
  }),

  scenario('whoever leaves while the record cannot be ended gets 503, and is signed in as before', async (world) => {
    const leaving = await open(world)
    const { browser } = leaving
    for (const way of BY_ANSWER) {
      leaving.before = () => Promise.reject(new Error('ECONNREFUSED'))
      const { status, headers, setCookie, body } = await browser.post(way)
      expect([way, status, headers.get('retry-after')]).toEqual([way, 503, '5'])
      expect(setCookie).toEqual([])
      expect(body).not.toContain('ECONNREFUSED')
      expect(await browser.json('/who')).toEqual(ADA)
    }
    leaving.before = () => Promise.resolve()
    expect((await browser.post('/destroy')).status).toBe(200)
    expect(await browser.json('/who')).toEqual(NOBODY)
  }),

  scenario('a registry that does not answer at all is a 503 within the store timeout', async (world) => {
    const leaving = await open(world)
    const { browser } = leaving
    leaving.before = () => new Promise(() => {})
    const answers = await Promise.all(BY_ANSWER.map((way) => browser.copy().post(way)))
    expect(answers.map(({ status, setCookie }) => [status, setCookie])).toEqual(BY_ANSWER.map(() => [503, []]))
    expect(await browser.json('/who')).toEqual(ADA)
  }),
]
