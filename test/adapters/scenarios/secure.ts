import { expect } from 'vitest'
import type { Browser } from '../../support/browser.ts'
import { scenario, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

const ELSEWHERE = '192.168.1.20:3000'
const SAFARI = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15'
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36'

type Named = Error & { readonly code?: string }

/** The warnings of the process that `visit` brings about, where none of them was given before. */
async function warningsOf(visit: () => Promise<unknown>): Promise<readonly Named[]> {
  Reflect.deleteProperty(globalThis, Symbol.for('coatcheck.secure-over-http'))
  const heard: Named[] = []
  const hear = (warning: Named): void => void (warning.code === 'COATCHECK_SECURE_OVER_HTTP' && heard.push(warning))
  process.on('warning', hear)
  try {
    await visit()
    await new Promise(setImmediate)
  } finally {
    process.off('warning', hear)
  }
  return heard
}

/** An application whose session cookie is Secure whatever it came over, and whose jar sets one that is not. */
function openSecure(world: World, name = '__Host-session', isSecure = false): Promise<Browser> {
  const sessions = world.createSessions({ name })
  return world
    .serve(
      {
        '/write': world.does((session) => (session.userId = 7), sessions),
        '/read': world.shows(sessions),
        '/theme': (call) => {
          sessions.jar(call.request).set('theme', 'dark')
          return call.text('ok')
        },
        '/device': (call) => {
          sessions.jar(call.request).set('__Secure-device', 'x')
          return call.text('ok')
        },
      },
      { sessions: [sessions], isSecure },
    )
    .then(({ browser }) => browser)
}

/** What tells a visitor of plain http that the cookie is dropped, and whom it is not told of. */
export const SECURE: readonly Scenario[] = [
  scenario(
    'a Secure cookie over plain http, which browsers drop, is one warning of the process that names scheme, host and the cure',
    async (world) => {
      const browser = await openSecure(world)
      const headers = { host: ELSEWHERE }
      const warnings = await warningsOf(async () => {
        await browser.ask('/read', { headers })
        await browser.ask('/theme', { headers })
        for (let count = 0; count < 3; count++) await browser.post('/write', { headers })
        await browser.post('/device', { headers })
      })
      expect(warnings.map(({ message }) => message)).toEqual([
        expect.stringMatching(/__Host-session.* http:\/\/192\.168\.1\.20:3000.*https.*trust.*secure: false/),
      ])
    },
  ),

  scenario('a Secure cookie of the jar over plain http is told of, too', async (world) => {
    const browser = await openSecure(world)
    const warnings = await warningsOf(() => browser.post('/device', { headers: { host: ELSEWHERE } }))
    expect(warnings).toMatchObject([{ message: expect.stringContaining('__Secure-device') }])
  }),

  scenario('NODE_ENV=production over plain http is told of', async (world) => {
    const before = process.env['NODE_ENV']
    process.env['NODE_ENV'] = 'production'
    try {
      const browser = await openSecure(world, 'session')
      const warnings = await warningsOf(() => browser.post('/write', { headers: { host: 'shop.example' } }))
      expect(warnings).toMatchObject([{ message: expect.stringContaining('http://shop.example') }])
    } finally {
      process.env['NODE_ENV'] = before
    }
  }),

  scenario(
    'a Secure cookie that browsers keep is not told of: over https, at this machine, behind a proxy that ends TLS',
    async (world) => {
      const browser = await openSecure(world)
      const quiet: Record<string, string>[] = [
        {},
        { host: 'localhost:3000' },
        { host: 'shop.localhost' },
        { host: 'localhost', 'user-agent': CHROME },
        { host: '127.0.0.2:80' },
        { host: '[::1]:3000' },
        { host: ELSEWHERE, 'x-forwarded-proto': 'https' },
        { host: ELSEWHERE, forwarded: 'for=192.0.2.1;proto=https;by=192.0.2.2' },
        { host: ELSEWHERE, 'x-forwarded-ssl': 'on' },
        // A browser sends these to what it takes for secure alone.
        { host: ELSEWHERE, 'sec-fetch-mode': 'navigate' },
      ]
      const warnings = await warningsOf(async () => {
        for (const headers of quiet) await browser.post('/write', { headers })
        const overHttps = await openSecure(world, '__Host-session', true)
        await overHttps.post('/write', { headers: { host: ELSEWHERE } })
        const plain = await openSecure(world, 'session')
        await plain.post('/write', { headers: { host: ELSEWHERE } })
      })
      expect(warnings).toEqual([])
    },
  ),

  scenario('Safari, which drops it at this machine as well, is told of', async (world) => {
    const browser = await openSecure(world)
    const headers = { host: 'localhost:3000', 'user-agent': SAFARI }
    const warnings = await warningsOf(() => browser.post('/write', { headers }))
    expect(warnings).toMatchObject([{ message: expect.stringContaining('http://localhost:3000') }])
  }),

  scenario('a host that a visitor made up is named in at most 100 printable characters', async (world) => {
    const browser = await openSecure(world)
    const warnings = await warningsOf(() => browser.post('/write', { headers: { host: 'x'.repeat(2000) } }))
    expect(warnings).toMatchObject([{ message: expect.stringMatching(/^.*http:\/\/x{100}…/) }])
  }),
]
