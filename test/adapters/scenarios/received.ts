import { expect } from 'vitest'
import type { Sessions } from '../../../src/index.ts'
import type { Browser } from '../../support/browser.ts'
import { tampered } from '../../support/tampered.ts'
import { OLD_SECRET, SECRET } from '../../support/visitor.ts'
import type { Data } from '../app.ts'
import { scenario, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

/** An application that can be asked what it makes of a cookie. */
async function open(world: World, sessions: Sessions<Data> = world.sessions): Promise<Browser> {
  return world.open(
    {
      '/write': world.does((session) => (session.userId = 7), sessions),
      '/read': (call) => {
        const { userId = null, refused, isNew } = sessions.of(call.request)
        return call.json({ userId, refused, isNew })
      },
    },
    { sessions: [sessions] },
  )
}

const cookieOf = (browser: Browser): string => browser.cookies.get('session') ?? ''

/** What the application says to a Cookie header that no browser of ours sends. */
async function said(browser: Browser, cookie: string): Promise<unknown> {
  const stranger = browser.copy()
  stranger.cookies.clear()
  const { status, setCookie, body } = await stranger.ask('/read', { headers: { cookie } })
  expect(status).toBe(200)
  return { ...(JSON.parse(body) as object), ...(setCookie.length > 0 && { setCookie }) }
}

const REFUSED = { userId: null, isNew: true }

/** What comes in a Cookie header. */
export const RECEIVED: readonly Scenario[] = [
  scenario('a cookie that was changed is an empty session, and the operator hears why', async (world) => {
    const browser = await open(world)
    await browser.post('/write')
    expect(await said(browser, `session=${tampered(cookieOf(browser))}`)).toEqual({ ...REFUSED, refused: 'tampered' })
    expect(world.log.events).toMatchObject([{ type: 'refused', reason: 'tampered' }])
  }),

  scenario('a refused cookie is left alone until something is written, which replaces it', async (world) => {
    const browser = await open(world)
    browser.cookies.set('session', 'rubbish')
    expect(await browser.json('/read')).toEqual({ ...REFUSED, refused: 'malformed' })
    expect(cookieOf(browser)).toBe('rubbish')
    await browser.post('/write')
    expect(await browser.json('/read')).toEqual({ userId: 7, isNew: false })
  }),

  scenario('a cookie header that is no cookie header harms nobody', async (world) => {
    const browser = await open(world)
    for (const header of ['session=%E0%A4%A; other=%', ';;;=;', 'session', `session=${'x'.repeat(5000)}`, '\u00ff='])
      expect(await said(browser, header)).toMatchObject(REFUSED)
  }),

  scenario('one cookie that opens is found beside one of the same name that does not', async (world) => {
    const browser = await open(world)
    await browser.post('/write')
    const value = cookieOf(browser)
    expect(await said(browser, `session=rubbish; session=${value}`)).toEqual({ userId: 7, isNew: false })
    expect(await said(browser, `session=${value}; session=rubbish`)).toEqual({ userId: 7, isNew: false })
  }),

  scenario('the same cookie twice is that cookie', async (world) => {
    const browser = await open(world)
    await browser.post('/write')
    const value = cookieOf(browser)
    expect(await said(browser, `session=${value}; a=1; session=${value}`)).toEqual({ userId: 7, isNew: false })
  }),

  scenario('two cookies of our name that open to different sessions are both refused', async (world) => {
    const browser = await open(world)
    const other = browser.copy()
    await browser.post('/write')
    await other.post('/write')
    const both = `session=${cookieOf(browser)}; session=${cookieOf(other)}`
    expect(await said(browser, both)).toEqual({ ...REFUSED, refused: 'duplicate' })
  }),

  scenario('a cookie of a previous secret opens, is sealed anew, and the operator hears of it', async (world) => {
    const browser = await open(world, world.createSessions({ secrets: [SECRET, OLD_SECRET] }))
    const before = await open(world, world.createSessions({ secrets: [OLD_SECRET] }))
    const after = await open(world, world.createSessions({ secrets: [SECRET] }))
    await before.post('/write')
    browser.cookies.set('session', cookieOf(before))
    expect(await browser.json('/read')).toEqual({ userId: 7, isNew: false })
    expect(world.log.events).toMatchObject([{ type: 'opened-by-previous-secret', secret: 1 }])
    after.cookies.set('session', cookieOf(before))
    expect(await after.json('/read')).toEqual({ ...REFUSED, refused: 'unknown-secret' })
    after.cookies.set('session', cookieOf(browser))
    expect(await after.json('/read')).toEqual({ userId: 7, isNew: false })
  }),
]
