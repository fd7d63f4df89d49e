import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import type { Duplex } from 'node:stream'
import { parseSetCookie } from 'cookie'
import { expect } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createIdentity, userSessions, type DeviceIdentity } from '../../../src/identity/index.ts'
import { sqliteRegistry } from '../../../src/identity/sqlite.ts'
import { previousCookie } from '../../../src/previous/index.ts'
import { Browser } from '../../support/browser.ts'
import type { User } from '../app.ts'
import { inCookie, scenario, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

/** As bytes of UTF-8, which is how browsers send them: what `String.trim` takes off and no browser does. */
const BLANKS = ['\u0085', '\u00a0', '\u1680', '\u2000', '\u200a', '\u2028', '\u3000', '\ufeff'].map((blank) =>
  Buffer.from(blank).toString('latin1'),
)

/** And as bytes of Latin-1, which is what Node makes of them. */
const PLANTED = [...BLANKS, '\u0085', '\u00a0']

async function openIdentity(world: World): Promise<DeviceIdentity<number, User>> {
  const registry = sqliteRegistry(new DatabaseSync(':memory:'))
  await registry.migrate()
  return createIdentity({
    sessions: world.sessions,
    verify: userSessions(registry),
    loadUser: (id: number): User => ({ id, name: id === 7 ? 'Ada' : 'Grace' }),
  })
}

/** What was published about others, as it would be here: docs/known-vulnerabilities.md. */
export const KNOWN_VULNERABILITIES: readonly Scenario[] = [
  scenario(
    'a cookie whose name has white space around it is not the session, alone, before and after the real one',
    async (world) => {
      const browser = await world.open({
        '/write': world.does((session, call) => (session.userId = Number(call.header('x-user')))),
        '/read': world.shows(),
      })
      const attacker = browser.copy()
      await attacker.post('/write', { headers: { 'x-user': '8' } })
      await browser.post('/write', { headers: { 'x-user': '7' } })
      const [own, planted] = [browser, attacker].map(({ cookies }) => cookies.get('session') ?? '')
      const stranger = browser.copy()
      stranger.cookies.clear()
      const read = async (cookie: string): Promise<unknown> => {
        const { body } = await stranger.ask('/read', { headers: { cookie } })
        return JSON.parse(body)
      }
      expect(await read(`session=${planted}`)).toEqual({ userId: 8 })
      for (const blank of PLANTED) {
        for (const other of [`${blank}session=${planted}`, `session${blank}=${planted}`]) {
          expect(await read(other)).toEqual({})
          expect(await read(`$Version=1; ${other}`)).toEqual({})
          expect(await read(`${other}; session=${own}`)).toEqual({ userId: 7 })
          expect(await read(`session=${own}; ${other}`)).toEqual({ userId: 7 })
        }
      }
    },
  ),

  scenario(
    'the session, cookies of the jar and the end of a previous cookie leave as a line each, never joined',
    async (world) => {
      const sessions = world.createSessions({
        previousCookies: [previousCookie({ name: 'before', open: () => ({ ok: true, data: { visits: 1 } }) })],
      })
      const browser = await world.open(
        {
          '/': (call) => {
            sessions.of(call.request).userId = 7
            sessions.jar(call.request).signed.set('device', 'a', { maxAge: '1d' })
            sessions.jar(call.request).set('theme', 'dark')
            return call.text('ok')
          },
        },
        { sessions: [sessions] },
      )
      browser.cookies.set('before', 'anything')
      const { setCookie } = await browser.ask('/')
      expect(setCookie.map((line) => parseSetCookie(line).name).toSorted()).toEqual([
        'before',
        'device',
        'session',
        'theme',
      ])
      for (const line of setCookie) {
        expect(line.match(/; SameSite=Lax/g)).toHaveLength(1)
        expect(line.replace(/Expires=\w+, /, '')).not.toContain(',')
      }
    },
  ),

  scenario('no spelling of its path and no Host gets anybody around requireUser', async (world) => {
    const identity = await openIdentity(world)
    const browser = await world.open(
      { '/sign-in': async (call) => (await identity.signIn(world.sessions.of(call.request), 7), call.text('ok')) },
      { members: { admission: { identity }, routes: { '/account': (call) => call.text('for members alone') } } },
    )
    const paths = [
      '/account',
      '/%61ccount',
      '/%2561ccount',
      '//account',
      '/./account',
      '/x/../account',
      '/account/',
      '/ACCOUNT',
      '/account;a=b',
      '/account?/sign-in',
      '/account%2f',
      '/_next/data/build/account.json',
    ]
    const hosts = ['127.0.0.1', 'localhost']
    // Over HTTP/2 Node refuses such a request itself.
    if (world.framework.protocol === 'HTTP/1.1') hosts.push('127.0.0.1/sign-in?')
    const opened: string[] = []
    for (const path of paths)
      for (const host of hosts) {
        const { body } = await browser.ask(path, {
          headers: { host, 'x-forwarded-host': 'x', 'x-original-url': '/sign-in' },
        })
        if (body.includes('for members alone')) opened.push(`${host} ${path}`)
      }
    expect(opened).toEqual([])
    await browser.post('/sign-in')
    expect((await browser.ask('/account')).body).toBe('for members alone')
  }),

  scenario('after revokeUser pages, HEAD and forms are answered with 401, by whichever address', async (world) => {
    const identity = await openIdentity(world)
    const browser = await world.open(
      { '/sign-in': async (call) => (await identity.signIn(world.sessions.of(call.request), 7), call.text('ok')) },
      { members: { admission: { identity }, routes: { '/account': (call) => call.text('for members alone') } } },
    )
    await browser.post('/sign-in')
    expect((await browser.ask('/account')).status).toBe(200)
    await identity.revokeUser(7)
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'])
      for (const path of ['/account', '/account?a=b']) expect((await browser.ask(path, { method })).status).toBe(401)
  }),

  scenario('after revokeUser a WebSocket that was open finds nobody, and no other one opens', async (world) => {
    const identity = await openIdentity(world)
    const { server, origin, browser } = await world.serve({
      '/sign-in': async (call) => (await identity.signIn(world.sessions.of(call.request), 7), call.text('ok')),
    })
    const sockets = new WebSocketServer({ noServer: true })
    const begin = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
      const { cookie } = request.headers
      const session = world.store === undefined ? world.sessions.read(cookie) : await world.sessions.load(cookie)
      if ((await identity.currentUser(session)) === null) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      return sockets.handleUpgrade(request, socket, head, (accepted) => {
        accepted.on('message', async () => {
          const user = await identity.currentUser(session)
          accepted.send(user?.name ?? 'nobody')
          if (user === null) accepted.close(4401)
        })
      })
    }
    // Nobody else hears of a store that is away.
    server.on('upgrade', (request, socket, head) => void begin(request, socket, head).catch(() => socket.destroy()))
    /** What a new socket is answered: that it is open, or the status. */
    const connect = async (): Promise<WebSocket | number> => {
      const socket = new WebSocket(`ws://127.0.0.1:${origin.port}/live`, { headers: { cookie: browser.cookieHeader } })
      const refusal = Promise.withResolvers<number>()
      socket.on('unexpected-response', (_request, { statusCode = 0 }) => refusal.resolve(statusCode))
      return Promise.race([once(socket, 'open').then(() => socket), refusal.promise])
    }

    await browser.post('/sign-in')
    const open = await connect()
    if (typeof open === 'number') throw new Error(`The socket was answered ${open}.`)
    const asked = async (): Promise<string> => {
      open.send('who?')
      return String((await once(open, 'message'))[0])
    }
    expect(await asked()).toBe('Ada')
    await identity.revokeUser(7)
    expect(await asked()).toBe('nobody')
    expect(await connect()).toBe(401)
    open.terminate()
  }),

  scenario(
    'the device list has the address that the application gave, whatever X-Forwarded-For says',
    async (world) => {
      const identity = await openIdentity(world)
      const { sessions } = world
      const browser = await world.open({
        '/sign-in': async (call) => {
          const ip = call.header('x-ip')
          await identity.signIn(sessions.of(call.request), 7, ip === undefined ? {} : { ip })
          return call.text('ok')
        },
        '/devices': async (call) => call.json(await identity.listSessions(7, sessions.of(call.request))),
      })
      const forged = { 'x-forwarded-for': '198.51.100.1', 'x-real-ip': '198.51.100.2', forwarded: 'for=198.51.100.3' }
      const deviceOf = async (headers: Record<string, string>): Promise<string> => {
        await browser.post('/sign-in', { headers: { ...forged, ...headers } })
        return (await browser.ask('/devices')).body
      }
      expect(await deviceOf({})).not.toContain('198.51.100')
      expect(await deviceOf({ 'x-ip': '203.0.113.9' })).toContain('203.0.113.0/24')
    },
  ),

  inCookie(
    'a thousand requests of fifty visitors, mixed on a few connections, each get their own session',
    async (world) => {
      const pause = async (turns: number): Promise<void> => {
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      }
      const site = await world.serve({
        '/write': world.does((session, call) => (session.userId = Number(call.header('x-user')))),
        '/read': async (call) => {
          const session = world.sessions.of(call.request)
          await pause(Number(call.header('x-pause')))
          const before = session.userId
          await pause(Number(call.header('x-pause')))
          session.note = `of ${before}`
          return call.json([before, world.sessions.of(call.request).userId, session.note])
        },
      })
      const client = site.connect(4)
      const visitors = Array.from({ length: 50 }, () => new Browser(client))
      await Promise.all(visitors.map((visitor, at) => visitor.post('/write', { headers: { 'x-user': String(at) } })))
      const wrong: string[] = []
      const answers = Array.from({ length: 1000 }, async (_, at) => {
        const user = (at * 7) % visitors.length
        // Every eighth is a stranger, who has no session of anybody.
        const visitor = at % 8 === 0 ? new Browser(client) : visitors[user]?.copy()
        const expected = at % 8 === 0 ? '[null,null,"of undefined"]' : JSON.stringify([user, user, `of ${user}`])
        const page = await visitor?.ask('/read', { headers: { 'x-pause': String(at % 5) } })
        if (page?.body !== expected) wrong.push(`${expected}: ${page?.body}`)
      })
      await Promise.all(answers)
      expect(wrong).toEqual([])
    },
  ),
]
