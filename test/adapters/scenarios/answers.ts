import { EventEmitter } from 'node:events'
import { expect } from 'vitest'
import type { Call } from '../app.ts'
import { scenario, type Scenario } from '../scenario.ts'

/** When the session is decided, and what comes too late. */
export const ANSWERS: readonly Scenario[] = [
  scenario('a redirect after a write carries the cookie', async (world) => {
    const browser = await world.open({
      '/write': world.writes((call) => call.redirect('/read')),
      '/read': world.shows(),
    })
    const { status, headers } = await browser.post('/write')
    expect(status).toBe(303)
    expect(headers.get('location')).toMatch(/\/read$/)
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario(
    'an async handler that answers and does not give the answer back answers once, with the cookie',
    async (world) => {
      const browser = await world.open({
        '/text': world.writes(async (call) => {
          await Promise.resolve()
          void call.text('ok')
        }),
        '/empty': world.writes(async (call) => {
          await Promise.resolve()
          void call.empty(204)
        }),
        '/read': world.shows(),
      })
      for (const [path, status, body] of [
        ['/text', 200, 'ok'],
        ['/empty', 204, ''],
      ] as const) {
        browser.cookies.clear()
        const answer = await browser.post(path)
        expect([answer.status, answer.body, answer.setCookie.length]).toEqual([status, body, 1])
        expect(await browser.json('/read')).toEqual({ userId: 7 })
      }
    },
  ),

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
        const request = late?.request ?? {}
        attempt(() => (world.sessions.of(request).userId = 8))
        attempt(() => (world.sessions.of(request).flash.notice = 'late'))
        attempt(() => world.sessions.of(request).renew())
        attempt(() => world.sessions.of(request).destroy())
        attempt(() => world.sessions.jar(request).set('theme', 'dark'))
        return call.text('ok')
      },
      '/write': world.writes((call) => call.text('ok')),
      '/read': world.shows(),
    })
    await browser.post('/write')
    await browser.ask('/early')
    await browser.ask('/late')
    expect(codes).toEqual(Array.from({ length: 5 }, () => 'ERR_SESSION_SENT'))
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario('a write after the answer has left, in a listener too, is an event that names its line', async (world) => {
    const late = Promise.withResolvers<object>()
    const site = await world.serve({
      '/early': (call) => {
        late.resolve(call.request)
        return call.text('ok')
      },
    })
    await site.browser.ask('/early')
    const request = await late.promise
    const session = world.sessions.of(request)
    const listener = new EventEmitter().on('finish', () => (session.userId = 8))
    const refused = expect.objectContaining({ code: 'ERR_SESSION_SENT' })
    expect(() => listener.emit('finish')).toThrow(refused)
    expect(() => (session.flash.notice = 'late')).toThrow(refused)
    expect(() => session.destroy()).toThrow(refused)
    expect(() => world.sessions.jar(request).set('theme', 'dark')).toThrow(refused)
    const line = expect.stringMatching(/scenarios\/answers\.ts:\d+:\d+$/)
    expect(world.log.events).toMatchObject(
      ['session', 'session', 'session', 'theme'].map((cookie) => ({ type: 'write-after-answer', cookie, line })),
    )
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
]
