import { once } from 'node:events'
import { expect } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { scenario, type Scenario } from '../scenario.ts'

/** Where sessions are mounted, and how many. */
export const MOUNTING: readonly Scenario[] = [
  scenario('an application that is mounted below a path has the session of the whole', async (world) => {
    const browser = await world.open(
      { '/write': world.does((session) => (session.userId = 7)), '/read': world.shows() },
      {
        mounted: {
          '/inner': {
            sessions: [],
            routes: { '/write': world.does((session) => (session.note = 'inner')), '/read': world.shows() },
          },
        },
      },
    )
    await browser.post('/write')
    expect(await browser.json('/inner/read')).toEqual({ userId: 7 })
    expect((await browser.post('/inner/write')).status).toBe(200)
    expect(await browser.json('/read')).toEqual({ userId: 7, note: 'inner' })
  }),

  scenario('sessions that are mounted below a path leave all others alone', async (world) => {
    const codes: unknown[] = []
    const browser = await world.open(
      {
        '/outer': (call) => {
          try {
            world.sessions.of(call.request)
          } catch (error) {
            codes.push(Reflect.get(Object(error), 'code'))
          }
          return call.text('ok')
        },
      },
      {
        sessions: [],
        mounted: {
          '/inner': {
            sessions: [world.sessions],
            routes: { '/write': world.does((session) => (session.userId = 7)), '/read': world.shows() },
          },
        },
      },
    )
    await browser.post('/inner/write')
    expect(await browser.json('/inner/read')).toEqual({ userId: 7 })
    const { headers, setCookie } = await browser.ask('/outer')
    expect(codes).toEqual(['ERR_OPTIONS'])
    expect(headers.get('vary')).toBeNull()
    expect(setCookie).toEqual([])
  }),

  scenario('sessions that are mounted twice are one', async (world) => {
    const { sessions } = world
    const browser = await world.open(
      { '/write': world.does((session) => session.increment('visits')), '/read': world.shows() },
      {
        sessions: [sessions, sessions],
        mounted: {
          '/inner': {
            sessions: [sessions],
            routes: { '/write': world.does((session) => session.increment('visits')) },
          },
        },
      },
    )
    expect((await browser.post('/write')).setCookie).toHaveLength(1)
    const inner = await browser.post('/inner/write', { headers: { 'x-any': '1' } })
    expect(inner.headers.get('vary')).toBe('Cookie')
    expect(await browser.json('/read')).toEqual({ visits: 2 })
  }),

  scenario('two sessions of different cookies live side by side', async (world) => {
    const admin = world.createSessions({ name: 'admin' })
    const both = [world.sessions, admin]
    const browser = await world.open(
      {
        '/write': (call) => {
          world.sessions.of(call.request).userId = 7
          admin.of(call.request).userId = 1
          return call.text('ok')
        },
        '/leave': world.does((session) => session.destroy(), admin),
        '/read': (call) => call.json(both.map((sessions) => sessions.of(call.request).userId ?? null)),
      },
      { sessions: both },
    )
    const { setCookie, headers } = await browser.post('/write')
    expect(setCookie.map((line) => line.split('=')[0]).toSorted()).toEqual(['admin', 'session'])
    expect(headers.get('vary')).toBe('Cookie')
    expect(await browser.json('/read')).toEqual([7, 1])
    await browser.post('/leave')
    expect(await browser.json('/read')).toEqual([7, null])
  }),

  scenario('of two sessions, the first has the place that the framework has for one', async (world) => {
    const browser = await world.open(
      { '/': (call) => call.json({ isFirst: call.ownSession === world.sessions.of(call.request) }) },
      { sessions: [world.sessions, world.createSessions({ name: 'admin' })] },
    )
    expect(await browser.json('/')).toEqual({ isFirst: true })
  }),

  scenario('a WebSocket reads the session of the request that it began with', async (world) => {
    const { server, browser, origin } = await world.serve({
      '/write': world.does((session) => (session.userId = 7)),
    })
    const sockets = new WebSocketServer({ noServer: true })
    const codes: unknown[] = []
    server.on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, async (accepted) => {
        const { cookie } = request.headers
        const session = world.store === undefined ? world.sessions.read(cookie) : await world.sessions.load(cookie)
        try {
          Reflect.set(session, 'userId', 8)
        } catch (error) {
          codes.push(Reflect.get(Object(error), 'code'))
        }
        accepted.send(JSON.stringify({ ...session, isNew: session.isNew }))
      })
    })
    await browser.post('/write')
    for (const [cookie, expected] of [
      [browser.cookieHeader, { userId: 7, isNew: false }],
      ['', { isNew: true }],
    ] as const) {
      const client = new WebSocket(`ws://127.0.0.1:${origin.port}/live`, { headers: { cookie } })
      const [message] = (await once(client, 'message')) as [Buffer] // as: the event's documented argument
      client.terminate()
      expect(JSON.parse(String(message))).toEqual(expected)
    }
    expect(codes).toEqual(['ERR_SESSION_READONLY', 'ERR_SESSION_READONLY'])
  }),
]
