import { expect } from 'vitest'
import type { Handler } from '../app.ts'
import { inCookie, inStore, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

/** Two handlers neither of which goes on before both have their session. */
function atOnce(one: Handler, two: Handler): readonly [Handler, Handler] {
  const both = Promise.withResolvers<void>()
  let arrived = 0
  const waiting =
    (handler: Handler): Handler =>
    async (call) => {
      arrived++
      if (arrived === 2) both.resolve()
      await both.promise
      return handler(call)
    }
  return [waiting(one), waiting(two)]
}

const sentByUs = (world: World): Record<string, Handler> => ({
  '/write': world.does((session) => (session.userId = 7)),
  '/read': world.shows(),
  '/ping': (call) => call.text('pong'),
})

/** What happens at the same time, and what when a store is slow or away. */
export const STORES: readonly Scenario[] = [
  inStore('two parallel requests that write different keys both win', async (world) => {
    const [one, two] = atOnce(
      world.does((session) => (session.note = 'one')),
      world.does((session) => session.increment('visits')),
    )
    const browser = await world.open({ ...sentByUs(world), '/one': one, '/two': two })
    await browser.post('/write')
    await Promise.all([browser.post('/one'), browser.post('/two')])
    expect(await browser.json('/read')).toEqual({ userId: 7, note: 'one', visits: 1 })
  }),

  inCookie('of two parallel requests that write the last answer wins, whole', async (world) => {
    const [one, two] = atOnce(
      world.does((session) => (session.note = 'one')),
      world.does((session) => session.increment('visits')),
    )
    const browser = await world.open({ ...sentByUs(world), '/one': one, '/two': two })
    await browser.post('/write')
    await Promise.all([browser.post('/one'), browser.post('/two')])
    const outcomes = [
      { userId: 7, note: 'one' },
      { userId: 7, visits: 1 },
    ]
    expect(outcomes).toContainEqual(await browser.json('/read'))
  }),

  inStore(
    'a session that ended while a request was on its way stays ended, whatever that request writes',
    async (world) => {
      const arrived = Promise.withResolvers<void>()
      const hasEnded = Promise.withResolvers<void>()
      const browser = await world.open({
        ...sentByUs(world),
        '/late': async (call) => {
          const session = world.sessions.of(call.request)
          arrived.resolve()
          await hasEnded.promise
          session.note = 'late'
          return call.text('ok')
        },
        '/destroy': world.does((session) => session.destroy()),
      })
      await browser.post('/write')
      const thief = browser.copy()
      const late = browser.copy().post('/late')
      await arrived.promise
      await browser.post('/destroy')
      hasEnded.resolve()
      expect(await late).toMatchObject({ status: 200, setCookie: [] })
      expect(await thief.json('/read')).toEqual({})
      expect(world.log.types).toContain('late-write')
    },
  ),

  inStore('a cookie from before renew opens nothing any more', async (world) => {
    const browser = await world.open({ ...sentByUs(world), '/renew': world.does((session) => session.renew()) })
    await browser.post('/write')
    const thief = browser.copy()
    await browser.post('/renew')
    expect(await thief.json('/read')).toEqual({})
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  inStore(
    'a handler is called when its session is there, and the body of the request is all there too',
    async (world, store) => {
      let isCalled = false
      const browser = await world.open({
        ...sentByUs(world),
        '/upload': async (call) => {
          isCalled = true
          const { userId } = world.sessions.of(call.request)
          const body = await call.body()
          return call.text(`${userId} ${body.length}`)
        },
      })
      await browser.post('/write')
      const find = store.hold('find', 'before')
      const answer = browser.post('/upload', { body: 'x'.repeat(500_000) })
      await find.arrived
      await browser.copy().ask('/ping', { headers: { cookie: '' } })
      expect(isCalled).toBe(false)
      find.release()
      expect(await answer).toMatchObject({ status: 200, body: '7 500000' })
    },
  ),

  inStore('no byte of an answer leaves before the store has acknowledged', async (world, store) => {
    const browser = await world.open({ ...sentByUs(world), '/more': world.does((session) => (session.note = 'more')) })
    await browser.post('/write')
    const visitor = browser.copy()
    visitor.cookies.clear()
    const update = store.hold('update', 'after')
    let isThere = false
    const answer = browser.begin('/more').then((begun) => {
      isThere = true
      return begun
    })
    await update.arrived
    expect(await visitor.ask('/ping')).toMatchObject({ body: 'pong' })
    expect(isThere).toBe(false)
    update.release()
    expect((await answer).status).toBe(200)
    expect(await browser.json('/read')).toEqual({ userId: 7, note: 'more' })
  }),

  inStore('a stream begins when the store has acknowledged, and all of it arrives', async (world, store) => {
    const parts = Array.from({ length: 50 }, (_, index) => String(index % 10).repeat(10_000))
    const browser = await world.open({
      ...sentByUs(world),
      '/stream': (call) => {
        world.sessions.of(call.request).note = 'streamed'
        return call.stream(
          (async function* () {
            yield* parts
          })(),
        )
      },
    })
    await browser.post('/write')
    const update = store.hold('update', 'after')
    const answer = browser.ask('/stream')
    await update.arrived
    update.release()
    expect((await answer).body).toBe(parts.join(''))
  }),

  inStore(
    'while the store is away a request for a session is answered with 503, and nobody is signed out',
    async (world, store) => {
      let isCalled = false
      const browser = await world.open({
        ...sentByUs(world),
        '/page': (call) => {
          isCalled = true
          return call.text('ok')
        },
      })
      await browser.post('/write')
      store.fail(new Error('ECONNREFUSED'))
      const { status, headers, setCookie, body } = await browser.ask('/page')
      expect(status).toBe(503)
      expect(headers.get('retry-after')).toBe('5')
      expect(setCookie).toEqual([])
      expect(body).not.toContain('ECONNREFUSED')
      expect(isCalled).toBe(false)
      store.fail(undefined)
      expect(await browser.json('/read')).toEqual({ userId: 7 })
    },
  ),

  inStore('a visitor without a cookie is served while the store is away', async (world, store) => {
    const browser = await world.open(sentByUs(world))
    store.fail(new Error('ECONNREFUSED'))
    expect(await browser.json('/read')).toEqual({})
    expect((await browser.post('/write')).status).toBe(503)
    expect(browser.cookies.size).toBe(0)
  }),

  inStore(
    'an answer whose session the store did not keep is dropped for a 503, its headers too',
    async (world, store) => {
      const browser = await world.open({
        ...sentByUs(world),
        '/more': (call) => {
          world.sessions.of(call.request).note = 'more'
          call.setHeader('ETag', '"1"')
          call.addCookie('a=1')
          store.fail(new Error('ECONNRESET'))
          return call.json({ secret: 'of the page' })
        },
        '/away': (call) => {
          world.sessions.of(call.request).renew()
          store.fail(new Error('ECONNRESET'))
          return call.redirect('/read')
        },
      })
      await browser.post('/write')
      for (const path of ['/more', '/away']) {
        store.fail(undefined)
        const { status, headers, setCookie, body } = await browser.post(path)
        expect(status).toBe(503)
        expect(headers.get('retry-after')).toBe('5')
        expect(setCookie).toEqual([])
        expect([headers.get('etag'), headers.get('location')]).toEqual([null, null])
        expect(body).not.toContain('of the page')
      }
      store.fail(undefined)
      expect(await browser.json('/read')).toEqual({ userId: 7 })
    },
  ),

  inStore(
    'a client that leaves while the store is asked harms nobody, and the store keeps what it acknowledged',
    async (world, store) => {
      const site = await world.serve({ ...sentByUs(world), '/more': world.does((session) => (session.note = 'more')) })
      await site.browser.post('/write')
      const update = store.hold('update', 'after')
      const controller = new AbortController()
      const answerOver = site.answerOver('/more')
      const answer = site.browser.ask('/more', { method: 'POST', signal: controller.signal })
      await update.arrived
      controller.abort()
      await expect(answer).rejects.toThrow(/abort/)
      await answerOver
      update.release()
      expect(await site.browser.json('/read')).toEqual({ userId: 7, note: 'more' })
    },
  ),
]
