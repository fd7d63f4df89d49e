import { expect } from 'vitest'
import type { Page } from '../../support/browser.ts'
import type { Call } from '../app.ts'
import { scenario, type Scenario } from '../scenario.ts'

/** How an application lets shared caches keep an answer. */
const PUBLIC: readonly Readonly<Record<string, string>>[] = [
  { 'cache-control': 'public, s-maxage=3600' },
  { 'cache-control': 'max-age=60' },
  { 'cache-control': 'no-cache="set-cookie, private, x", private="x-user"' },
  { 'cache-control': 'private, max-age=60', 'cdn-cache-control': 'max-age=3600' },
  { 'cache-control': 'no-store', 'surrogate-control': 'max-age=3600', 'vercel-cdn-cache-control': 's-maxage=60' },
  { 'cache-control': 'private', 'x-accel-expires': '3600' },
  { expires: 'Thu, 01 Jan 2099 00:00:00 GMT' },
]

/** Sets the headers that the request asks for. */
function setAsked(call: Call): void {
  const headers = JSON.parse(call.header('x-set') ?? '{}') as Record<string, string> // as: the tests below send such
  for (const [name, value] of Object.entries(headers)) call.setHeader(name, value)
}

/** That no shared cache may store it, whichever header it looks at. */
function expectUnshared({ setCookie, headers }: Page): void {
  expect(setCookie).toHaveLength(1)
  const control = (headers.get('cache-control') ?? '').replaceAll(/"[^"]*"/g, '')
  expect(control.split(/\s*,\s*/)).toContain(control.includes('no-store') ? 'no-store' : 'private')
  expect(control).not.toMatch(/public|s-maxage/)
  expect([...headers.keys()].filter((name) => /cdn|surrogate|accel/.test(name))).toEqual([])
  if (control === 'no-store') expect(headers.get('expires')).toBeNull()
}

/** Whatever the application says of caches: what carries one visitor's cookie is not handed to the next. */
export const CACHES: readonly Scenario[] = [
  scenario('no shared cache may store an answer that sets the cookie, whatever the application says', async (world) => {
    const browser = await world.open({
      '/write': world.does((session, call) => (setAsked(call), session.renew())),
      '/page': world.does((session, call) => (setAsked(call), session.visits)),
    })
    for (const headers of PUBLIC) {
      const asked = { headers: { 'x-set': JSON.stringify(headers) } }
      expectUnshared(await browser.ask('/write', asked))
      world.clock.advance(3 * 86_400)
      expectUnshared(await browser.ask('/page', asked))
    }
  }),

  scenario('no shared cache may store an answer that sets a cookie of the jar', async (world) => {
    const browser = await world.open({
      '/': (call) => {
        setAsked(call)
        world.sessions.jar(call.request).signed.set('visitor', 8)
        return call.text('ok')
      },
    })
    for (const headers of [{}, ...PUBLIC])
      expectUnshared(await browser.ask('/', { headers: { 'x-set': JSON.stringify(headers) } }))
  }),

  scenario('a public page that reads the session and sets no cookie stays public', async (world) => {
    const browser = await world.open({
      '/write': world.does((session) => (session.userId = 7)),
      '/page': world.does((session, call) => (setAsked(call), session.userId)),
    })
    await browser.post('/write')
    const headers = { 'cache-control': 'public, max-age=60', 'cdn-cache-control': 'max-age=3600' }
    const page = await browser.ask('/page', { headers: { 'x-set': JSON.stringify(headers) } })
    expect(page.setCookie).toEqual([])
    expect(Object.fromEntries(page.headers)).toMatchObject(headers)
  }),

  scenario('what an application gives to everybody carries no cookie of one visitor to the next', async (world) => {
    const browser = await world.open({
      '/write': (call) => {
        const session = world.sessions.of(call.request)
        session.renew()
        session.userId = 7
        return call.preset()
      },
      '/read': world.shows(),
      '/ping': (call) => call.preset(),
    })
    const stranger = browser.copy()
    for (let visit = 0; visit < 2; visit++) {
      const { status, setCookie } = await browser.ask('/write')
      expect([status, setCookie.length]).toEqual([204, 3])
      expect(await browser.json('/read')).toEqual({ userId: 7 })
      const ping = await stranger.ask('/ping')
      expect([ping.status, ping.setCookie]).toEqual([204, ['a=1', 'b=2']])
      expect([ping.headers.get('vary'), ping.headers.get('cache-control')]).toEqual([null, null])
    }
  }),
]
