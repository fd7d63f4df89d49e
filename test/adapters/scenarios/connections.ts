import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import { Browser } from '../../support/browser.ts'
import { scenario, type Scenario } from '../scenario.ts'

/** Bodies and connections, and who leaves them. */
export const CONNECTIONS: readonly Scenario[] = [
  scenario('a large body is there for the handler that has looked at its session', async (world) => {
    const browser = await world.open({
      '/write': world.writes((call) => call.text('ok')),
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
      '/write': world.writes((call) => call.text('ok')),
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
      '/stream': world.writes((call) =>
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

  scenario('a stream that fails in the middle ends the connection, and what was written is kept', async (world) => {
    const hasBegun = Promise.withResolvers<void>()
    const browser = await world.open({
      '/stream': world.writes((call) =>
        call.stream(
          (async function* () {
            yield 'the first half'
            await hasBegun.promise
            throw new Error('the source failed')
          })(),
        ),
      ),
      '/read': world.shows(),
    })
    const { body } = await browser.begin('/stream')
    hasBegun.resolve()
    // As the client says it, over HTTP/1.1 and HTTP/2.
    await expect(text(body)).rejects.toThrow(/aborted|reset|closed/i)
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),
]
