import { expect } from 'vitest'
import { Browser } from '../../support/browser.ts'
import type { Call, Handler } from '../app.ts'
import { inCookie, inStore, scenario, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

/** A handler that writes the session, and then something else happens. */
const writing =
  (world: World, answer: (call: Call) => unknown): Handler =>
  (call) => {
    world.sessions.of(call.request).userId = 7
    return answer(call)
  }

const broken = (): never => {
  throw new Error('the handler failed')
}

/** How handlers may answer, and how they may fail to. */
export const ANSWERS: readonly Scenario[] = [
  scenario('a redirect after a write carries the cookie', async (world) => {
    const browser = await world.open({
      '/write': writing(world, (call) => call.redirect('/read')),
      '/read': world.shows(),
    })
    const { status, headers } = await browser.post('/write')
    expect(status).toBe(303)
    expect(headers.get('location')).toMatch(/\/read$/)
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario('the cookie leaves with the first byte of a stream, and a write after that throws', async (world) => {
    const firstSeen = Promise.withResolvers<void>()
    const thrown: unknown[] = []
    const { browser } = await world.serve({
      '/stream': (call) => {
        const session = world.sessions.of(call.request)
        session.userId = 7
        return call.stream(
          (async function* () {
            yield 'first, '
            await firstSeen.promise
            try {
              session.note = 'too late'
            } catch (error) {
              thrown.push(error)
            }
            yield `last of ${session.userId}`
          })(),
        )
      },
      '/read': world.shows(),
    })
    const answer = await browser.begin('/stream')
    expect(answer.setCookie).toHaveLength(1)
    const chunks: string[] = []
    for await (const chunk of answer.body) {
      chunks.push(String(chunk))
      firstSeen.resolve()
    }
    expect(chunks.join('')).toBe('first, last of 7')
    expect(thrown).toMatchObject([{ code: 'ERR_SESSION_SENT' }])
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario('a handler that writes after its answer has left gets an error at that line', async (world) => {
    let late: Call | undefined
    const codes: unknown[] = []
    const attempt = (write: () => unknown): void => {
      try {
        write()
        codes.push('nothing was thrown')
      } catch (error) {
        codes.push(Reflect.get(Object(error), 'code'))
      }
    }
    const browser = await world.open({
      '/early': (call) => {
        late = call
        return call.text('ok')
      },
      '/late': (call) => {
        const request = late?.request ?? broken()
        attempt(() => (world.sessions.of(request).userId = 8))
        attempt(() => (world.sessions.of(request).flash.notice = 'late'))
        attempt(() => world.sessions.of(request).renew())
        attempt(() => world.sessions.of(request).destroy())
        attempt(() => world.sessions.jar(request).set('theme', 'dark'))
        return call.text('ok')
      },
      '/write': writing(world, (call) => call.text('ok')),
      '/read': world.shows(),
    })
    await browser.post('/write')
    await browser.ask('/early')
    await browser.ask('/late')
    expect(codes).toEqual(Array.from({ length: 5 }, () => 'ERR_SESSION_SENT'))
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario('a write after the answer was given is kept or throws, and is never lost in silence', async (world) => {
    let isKept = true
    const browser = await world.open({
      '/write': (call) => {
        const session = world.sessions.of(call.request)
        const sent = call.text('ok')
        try {
          session.userId = 7
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_SESSION_SENT' })
          isKept = false
        }
        return sent
      },
      '/read': world.shows(),
    })
    await browser.post('/write')
    expect(await browser.json('/read')).toEqual(isKept ? { userId: 7 } : {})
  }),

  scenario('what was written before a handler threw is kept, and the framework answers 500', async (world) => {
    const browser = await world.open({ '/fail': writing(world, broken), '/read': world.shows() })
    expect((await browser.post('/fail')).status).toBe(500)
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario('what was written before a handler was rejected is kept, and the framework answers 500', async (world) => {
    const failing = async (): Promise<never> => {
      await Promise.resolve()
      return broken()
    }
    const browser = await world.open({ '/fail': writing(world, failing), '/read': world.shows() })
    expect((await browser.post('/fail')).status).toBe(500)
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario("the application's own error page may flash and redirect", async (world) => {
    const browser = await world.open(
      {
        '/fail': writing(world, broken),
        '/sorry': (call) => {
          const { flash, userId } = world.sessions.of(call.request)
          return call.json({ alert: flash.alert, userId })
        },
      },
      {
        errorPage(call, error) {
          world.sessions.of(call.request).flash.alert = error instanceof Error ? error.message : 'unknown'
          return call.redirect('/sorry')
        },
      },
    )
    expect((await browser.post('/fail')).status).toBe(303)
    expect(await browser.json('/sorry')).toEqual({ alert: 'the handler failed', userId: 7 })
  }),

  scenario('a value that may not be stored is a 500 of that request alone, and is shown to nobody', async (world) => {
    const browser = await world.open({
      '/write': writing(world, (call) => call.text('ok')),
      '/fail': (call) => {
        Reflect.set(world.sessions.of(call.request), 'born', new Date(86_400_000))
        return call.text('never')
      },
      '/read': world.shows(),
    })
    await browser.post('/write')
    const { status, setCookie, body } = await browser.post('/fail')
    expect(status).toBe(500)
    expect(setCookie).toEqual([])
    expect(body).not.toMatch(/1970|86400000/)
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  inCookie('a session that outgrows the cookie is a 500 at that write, and the old one stays', async (world) => {
    const sessions = world.createSessions({ guard: 'json' })
    const codes: unknown[] = []
    const browser = await world.open(
      {
        '/write': world.does((session) => (session.userId = 7), sessions),
        '/overflow': world.does((session) => (session.note = 'x'.repeat(5000)), sessions),
        '/read': world.shows(sessions),
      },
      {
        sessions: [sessions],
        errorPage(call, error) {
          codes.push(Reflect.get(Object(error), 'code'))
          return call.text('too much', 500)
        },
      },
    )
    await browser.post('/write')
    expect(await browser.post('/overflow')).toMatchObject({ status: 500, setCookie: [] })
    expect(codes).toEqual(['ERR_COOKIE_OVERFLOW'])
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  inStore('a session that outgrows its store is a 500 at that write, and the old one stays', async (world) => {
    const sessions = world.createSessions({ guard: 'json' })
    const codes: unknown[] = []
    const browser = await world.open(
      {
        '/write': world.does((session) => (session.note = 'x'.repeat(60_000)), sessions),
        '/overflow': world.does((session) => (session.note = 'x'.repeat(70_000)), sessions),
        '/read': world.shows(sessions),
      },
      {
        sessions: [sessions],
        errorPage(call, error) {
          codes.push(Reflect.get(Object(error), 'code'))
          return call.text('too much', 500)
        },
      },
    )
    await browser.post('/write')
    expect(await browser.post('/overflow')).toMatchObject({ status: 500, setCookie: [] })
    expect(codes).toEqual(['ERR_SESSION_OVERFLOW'])
    expect(await browser.json('/read')).toEqual({ note: 'x'.repeat(60_000) })
  }),

  scenario('a large body is there for the handler that has looked at its session', async (world) => {
    const browser = await world.open({
      '/write': writing(world, (call) => call.text('ok')),
      '/upload': async (call) => {
        const { userId } = world.sessions.of(call.request)
        const body = await call.body()
        return call.json({ userId, bytes: body.length, end: body.slice(-3) })
      },
    })
    await browser.post('/write')
    const { body } = await browser.post('/upload', { body: `${'x'.repeat(1_000_000)}end` })
    expect(JSON.parse(body)).toEqual({ userId: 7, bytes: 1_000_003, end: 'end' })
  }),

  scenario('two browsers on one connection keep their own sessions', async (world) => {
    const site = await world.serve({
      '/write': world.does((session, call) => (session.note = call.header('x-note') ?? '')),
      '/read': world.shows(),
    })
    let connections = 0
    site.server.on('connection', () => connections++)
    const connection = site.connect(1)
    const [ada, bob, visitor] = [new Browser(connection), new Browser(connection), new Browser(connection)]
    await ada.post('/write', { headers: { 'x-note': 'of Ada' } })
    await bob.post('/write', { headers: { 'x-note': 'of Bob' } })
    for (let turn = 0; turn < 2; turn++) {
      expect(await Promise.all([ada.json('/read'), visitor.json('/read'), bob.json('/read')])).toEqual([
        { note: 'of Ada' },
        {},
        { note: 'of Bob' },
      ])
    }
    expect(connections).toBe(1)
  }),

  scenario('a client that leaves before its answer harms nobody', async (world) => {
    const arrived = Promise.withResolvers<void>()
    const hasLeft = Promise.withResolvers<void>()
    const isDone = Promise.withResolvers<void>()
    const site = await world.serve({
      '/write': writing(world, (call) => call.text('ok')),
      '/slow': async (call) => {
        arrived.resolve()
        await hasLeft.promise
        try {
          world.sessions.of(call.request).userId = 8
          return await call.text('into the void')
        } finally {
          isDone.resolve()
        }
      },
      '/read': world.shows(),
    })
    await site.browser.post('/write')
    const controller = new AbortController()
    const answer = site.browser.ask('/slow', { signal: controller.signal })
    const answerOver = site.answerOver('/slow')
    await arrived.promise
    controller.abort()
    await expect(answer).rejects.toThrow(/abort/)
    await answerOver
    hasLeft.resolve()
    await isDone.promise
    // Whether it was written is open: the handler did not know either that nobody listens.
    expect([{ userId: 7 }, { userId: 8 }]).toContainEqual(await site.browser.json('/read'))
  }),

  scenario('a client that leaves in the middle of a stream harms nobody, and the stream is told', async (world) => {
    const streamOver = Promise.withResolvers<void>()
    const site = await world.serve({
      '/stream': writing(world, (call) =>
        call.stream(
          (async function* () {
            try {
              for (;;) {
                yield 'more and more '
                await new Promise(setImmediate)
              }
            } finally {
              streamOver.resolve()
            }
          })(),
        ),
      ),
      '/read': world.shows(),
    })
    const answerOver = site.answerOver('/stream')
    const controller = new AbortController()
    const { body, setCookie } = await site.browser.begin('/stream', { signal: controller.signal })
    expect(setCookie).toHaveLength(1)
    body.on('error', () => {})
    controller.abort()
    await answerOver
    await streamOver.promise
    expect(await site.browser.json('/read')).toEqual({ userId: 7 })
  }),
]
