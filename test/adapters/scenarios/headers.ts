import { parseSetCookie } from 'cookie'
import { expect } from 'vitest'
import type { CookieJar } from '../../../src/index.ts'
import { tampered } from '../../support/tampered.ts'
import { scenario, type Scenario } from '../scenario.ts'

/** Names of the cookies that an answer sets. */
const namesOf = (setCookie: readonly string[]): string[] => setCookie.map((line) => parseSetCookie(line).name)

/** What leaves beside the application's own headers. */
export const HEADERS: readonly Scenario[] = [
  scenario('cookies of the application leave beside ours, all of them and in their order', async (world) => {
    const browser = await world.open({
      '/': world.writes((call) => {
        call.addCookie('a=1; Path=/')
        call.addCookie('b=2; Expires=Thu, 01 Jan 2099 00:00:00 GMT')
        return call.text('ok')
      }),
    })
    const { setCookie } = await browser.ask('/')
    expect(namesOf(setCookie).filter((name) => name !== 'session')).toEqual(['a', 'b'])
    expect(namesOf(setCookie)).toHaveLength(3)
    expect(setCookie).toContain('b=2; Expires=Thu, 01 Jan 2099 00:00:00 GMT')
  }),

  scenario('cookies of the application leave where no session is touched', async (world) => {
    const browser = await world.open({
      '/': (call) => {
        call.addCookie('a=1')
        return call.text('ok')
      },
    })
    expect((await browser.ask('/')).setCookie).toEqual(['a=1'])
  }),

  scenario('Vary of the application gets Cookie added, once', async (world) => {
    const browser = await world.open({
      '/': world.writes((call) => {
        call.setHeader('Vary', call.header('x-vary') ?? '')
        return call.text('ok')
      }),
    })
    for (const [given, sent] of [
      ['Accept-Encoding', 'Accept-Encoding, Cookie'],
      ['Origin, cookie', 'Origin, cookie'],
      ['*', '*'],
    ] as const) {
      const { headers } = await browser.ask('/', { headers: { 'x-vary': given } })
      expect(headers.get('vary')).toBe(sent)
    }
  }),

  scenario('Cache-Control that keeps an answer from shared caches is left as it is', async (world) => {
    const browser = await world.open({
      '/': world.writes((call) => {
        call.setHeader('Cache-Control', 'private, max-age=60')
        return call.text('ok')
      }),
    })
    expect((await browser.ask('/')).headers.get('cache-control')).toBe('private, max-age=60')
  }),

  scenario('cookies of the jar leave beside the session: plain, signed, encrypted and permanent', async (world) => {
    const contents = (jar: CookieJar) => ({
      theme: jar.get('theme'),
      device: jar.signed.get('device'),
      draft: jar.encrypted.get('draft'),
      visitor: jar.encrypted.get('visitor'),
    })
    const browser = await world.open({
      '/': world.writes((call) => {
        const jar = world.sessions.jar(call.request)
        jar.set('theme', 'dark')
        jar.signed.set('device', { id: 7 })
        jar.encrypted.set('draft', 'an unsent letter')
        jar.permanent.encrypted.set('visitor', 8)
        return call.text('ok')
      }),
      '/read': (call) => call.json(contents(world.sessions.jar(call.request))),
    })
    const { setCookie } = await browser.ask('/')
    expect(namesOf(setCookie)).toEqual(['theme', 'device', 'draft', 'visitor', 'session'])
    expect(setCookie[2]).not.toContain('letter')
    expect(parseSetCookie(setCookie[2] ?? '')).not.toHaveProperty('maxAge')
    expect(parseSetCookie(setCookie[3] ?? '')).toMatchObject({ maxAge: 400 * 86_400 })
    const read = { theme: 'dark', device: { id: 7 }, draft: 'an unsent letter', visitor: 8 }
    expect(await browser.json('/read')).toEqual(read)
  }),

  scenario(
    'a cookie of the jar is no session: an answer that sets one alone may be kept by the browser',
    async (world) => {
      const browser = await world.open({
        '/': (call) => {
          world.sessions.jar(call.request).set('theme', 'dark')
          return call.text('ok')
        },
      })
      const { setCookie, headers } = await browser.ask('/')
      expect(namesOf(setCookie)).toEqual(['theme'])
      expect(headers.get('vary')).toBe('Cookie')
      expect(headers.get('cache-control')).toBe('private')
    },
  ),

  scenario('a cookie of the jar that is only read is answered with Vary: Cookie', async (world) => {
    const browser = await world.open({
      '/': (call) => call.json({ theme: world.sessions.jar(call.request).get('theme') ?? null }),
    })
    const { setCookie, headers, body } = await browser.ask('/', { headers: { cookie: 'theme=dark' } })
    expect(JSON.parse(body)).toEqual({ theme: 'dark' })
    expect(headers.get('vary')).toBe('Cookie')
    expect(setCookie).toEqual([])
  }),

  scenario('a cookie of the jar that was signed and is changed reads as if it were not there', async (world) => {
    const browser = await world.open({
      '/': (call) => {
        world.sessions.jar(call.request).signed.set('device', 7)
        return call.text('ok')
      },
      '/read': (call) => call.json({ device: world.sessions.jar(call.request).signed.get('device') ?? null }),
    })
    await browser.ask('/')
    browser.cookies.set('device', tampered(browser.cookies.get('device') ?? ''))
    expect(await browser.json('/read')).toEqual({ device: null })
  }),

  scenario('HEAD is answered with the headers of GET, the cookie too, and no body', async (world) => {
    const browser = await world.open({ '/': world.writes((call) => call.text('a page')) })
    const { status, setCookie, headers, body } = await browser.ask('/', { method: 'HEAD' })
    expect([status, body]).toEqual([200, ''])
    expect(namesOf(setCookie)).toEqual(['session'])
    expect(headers.get('vary')).toBe('Cookie')
  }),

  scenario('304 to a request that only reads has Vary and no cookie', async (world) => {
    const browser = await world.open({
      '/': world.writes((call) => call.text('ok')),
      '/page': (call) => {
        const tag = `"user ${world.sessions.of(call.request).userId}"`
        call.setHeader('ETag', tag)
        return call.header('if-none-match') === tag ? call.empty(304) : call.text('the page')
      },
    })
    await browser.ask('/')
    const page = await browser.ask('/page')
    expect([page.status, page.body]).toEqual([200, 'the page'])
    const again = await browser.ask('/page', { headers: { 'if-none-match': page.headers.get('etag') ?? '' } })
    expect([again.status, again.body]).toEqual([304, ''])
    expect(again.headers.get('etag')).toBe('"user 7"')
    expect(again.headers.get('vary')).toBe('Cookie')
    expect(again.setCookie).toEqual([])
  }),

  scenario('304 carries the cookie where the session was written', async (world) => {
    const browser = await world.open({
      '/': world.writes((call) => {
        call.setHeader('ETag', '"1"')
        return call.empty(304)
      }),
    })
    const { status, setCookie, headers } = await browser.ask('/', { headers: { 'if-none-match': '"1"' } })
    expect(status).toBe(304)
    expect(namesOf(setCookie)).toEqual(['session'])
    expect(headers.get('cache-control')).toBe('no-store')
  }),

  scenario('204 carries the cookie', async (world) => {
    const browser = await world.open({ '/': world.writes((call) => call.empty(204)), '/read': world.shows() })
    expect(await browser.post('/')).toMatchObject({ status: 204, body: '' })
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario('over http the cookie has no Secure, whatever a forwarded header says', async (world) => {
    const browser = await world.open({ '/': world.writes((call) => call.text('ok')) })
    const { setCookie } = await browser.ask('/', { headers: { 'x-forwarded-proto': 'https' } })
    expect(parseSetCookie(setCookie[0] ?? '')).not.toHaveProperty('secure')
  }),

  scenario('over https the cookie has Secure', async (world) => {
    const { browser } = await world.serve({ '/': world.writes((call) => call.text('ok')) }, { isSecure: true })
    const { setCookie } = await browser.ask('/')
    expect(parseSetCookie(setCookie[0] ?? '')).toMatchObject({ secure: true })
  }),

  scenario('Secure follows X-Forwarded-Proto where the application trusts its proxy', async (world) => {
    const browser = await world.open({ '/': world.writes((call) => call.text('ok')) }, { trustsProxy: true })
    const { setCookie } = await browser.ask('/', { headers: { 'x-forwarded-proto': 'https' } })
    expect(parseSetCookie(setCookie[0] ?? '')).toMatchObject({ secure: true })
    const plain = await browser.ask('/', { headers: { 'x-forwarded-proto': 'http' } })
    expect(parseSetCookie(plain.setCookie[0] ?? '')).not.toHaveProperty('secure')
  }),

  scenario('a __Host- cookie has Secure and Path=/ and no Domain, over http too', async (world) => {
    const sessions = world.createSessions({ name: '__Host-session' })
    const browser = await world.open(
      { '/': world.does((session) => (session.userId = 7), sessions), '/read': world.shows(sessions) },
      { sessions: [sessions] },
    )
    const [line = ''] = (await browser.ask('/')).setCookie
    expect(parseSetCookie(line)).toMatchObject({ name: '__Host-session', secure: true, path: '/', httpOnly: true })
    expect(parseSetCookie(line)).not.toHaveProperty('domain')
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),
]
