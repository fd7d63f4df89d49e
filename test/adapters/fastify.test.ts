import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { coatcheck } from '../../src/adapters/fastify.ts'
import { createSessions } from '../../src/index.ts'
import { SlowStore } from '../support/slow-store.ts'
import { SECRET } from '../support/visitor.ts'

interface Data {
  visits: number
}

const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET] })
const running: FastifyInstance[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()))
})

async function serve(define: (app: FastifyInstance) => unknown): Promise<(path: string) => Promise<Response>> {
  const app = fastify()
  running.push(app)
  await define(app)
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  return (path) => fetch(`${origin}${path}`, { redirect: 'manual' })
}

test('sessions that a plugin registers are there in its routes, and in those of its children, and nowhere else', async () => {
  const ask = await serve((app) => {
    app.register(async (shop) => {
      await shop.register(coatcheck, { sessions })
      shop.get('/shop', (request) => ({ id: sessions.of(request).id }))
      shop.register(async (cart) => {
        cart.get('/cart', (request) => ({ id: sessions.of(request).id }))
        await Promise.resolve()
      })
    })
    app.get('/', (request) => {
      expect(request).not.toHaveProperty('session')
      return { id: sessions.of(request).id }
    })
  })
  expect((await ask('/shop')).status).toBe(200)
  expect((await ask('/cart')).status).toBe(200)
  const outside = await ask('/')
  expect(outside.status).toBe(500)
  expect(await outside.json()).toMatchObject({ code: 'ERR_OPTIONS' })
})

test('a session is committed on a hijacked reply too, and on one that is written past Fastify', async () => {
  const ask = await serve(async (app) => {
    await app.register(coatcheck, { sessions })
    app.get('/hijacked', (request, reply) => {
      reply.hijack()
      sessions.of(request).visits = 1
      reply.raw.end('hijacked')
    })
    app.get('/raw', (request, reply) => {
      sessions.of(request).visits = 1
      reply.raw.end('raw')
      return reply
    })
  })
  for (const path of ['/hijacked', '/raw']) {
    const response = await ask(path)
    expect(response.headers.getSetCookie()).toHaveLength(1)
    expect(await response.text()).toBe(path.slice(1))
  }
})

test('hooks that were added before may still write, those that come after may not', async () => {
  const codes: unknown[] = []
  const ask = await serve(async (app) => {
    app.addHook('onSend', async (request, _, payload) => {
      sessions.of(request).visits = 2
      return Promise.resolve(payload)
    })
    await app.register(coatcheck, { sessions })
    app.addHook('onSend', async (request, _, payload) => {
      try {
        sessions.of(request).visits = 3
      } catch (error) {
        codes.push(error)
      }
      return Promise.resolve(payload)
    })
    app.get('/', () => 'ok')
  })
  const line = (await ask('/')).headers.getSetCookie()[0] ?? ''
  expect(sessions.open(line.split(/[=;]/)[1] ?? '')).toMatchObject({ ok: true, data: { visits: 2 } })
  expect(codes).toMatchObject([{ code: 'ERR_SESSION_SENT' }])
})

test('a hook that comes after may not give an answer that sets the cookie to shared caches', async () => {
  const ask = await serve(async (app) => {
    await app.register(coatcheck, { sessions })
    app.addHook('onSend', (_request, reply, _payload, next) => {
      reply.header('cache-control', 'public, max-age=60').raw.setHeader('CDN-Cache-Control', 'max-age=60')
      next()
    })
    app.get('/', (request) => String(sessions.of(request).increment('visits')))
    app.get('/file', () => 'the same for everybody')
  })
  const written = await ask('/')
  expect(written.headers.getSetCookie()).toHaveLength(1)
  expect([written.headers.get('cache-control'), written.headers.get('cdn-cache-control')]).toEqual(['no-store', null])
  expect(await written.text()).toBe('1')
  const { headers } = await ask('/file')
  expect([headers.get('cache-control'), headers.get('cdn-cache-control')]).toEqual(['public, max-age=60', 'max-age=60'])
})

test("where the store does not acknowledge, the application's error handler answers, without what the handler had set", async () => {
  const store = new SlowStore()
  const ask = await serve(async (app) => {
    app.setErrorHandler((error, _, reply) => reply.code(503).send({ sorry: (error as { code?: string }).code })) // as: it has one
    await app.register(coatcheck, { sessions: store.sessions })
    app.get('/', (request, reply) => {
      store.sessions.of(request).visits = 1
      return reply.header('set-cookie', 'app=1').header('x-request-id', '7').redirect('/elsewhere')
    })
  })
  const asked = ask('/')
  const question = await store.asked('commit')
  question.fail()
  const response = await asked
  expect(response.status).toBe(503)
  expect(await response.json()).toEqual({ sorry: 'ERR_STORE_UNAVAILABLE' })
  expect(response.headers.getSetCookie()).toEqual([])
  expect(response.headers.get('location')).toBeNull()
  expect(response.headers.get('x-request-id')).toBe('7')
  expect(store.count.commit).toBe(1)
})

test('where the store does not acknowledge a hijacked reply, 503 leaves in its place', async () => {
  const store = new SlowStore()
  const ask = await serve(async (app) => {
    await app.register(coatcheck, { sessions: store.sessions })
    app.get('/', (request, reply) => {
      reply.hijack()
      store.sessions.of(request).visits = 1
      reply.raw.end('hijacked')
    })
  })
  const asked = ask('/')
  const question = await store.asked('commit')
  question.fail()
  const response = await asked
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('5')
  expect(await response.json()).toEqual({ error: 'unavailable' })
})

test('a session that is asked for when a hijacked reply has left can be read, and refuses to be written', async () => {
  const codes: unknown[] = []
  const ask = await serve(async (app) => {
    await app.register(coatcheck, { sessions })
    app.get('/', (request, reply) => {
      reply.hijack()
      reply.raw.write('a')
      expect(sessions.of(request).visits).toBeUndefined()
      try {
        sessions.of(request).visits = 7
      } catch (error) {
        codes.push(error)
      }
      reply.raw.end('b')
    })
  })
  const response = await ask('/')
  expect(await response.text()).toBe('ab')
  expect(response.headers.getSetCookie()).toEqual([])
  expect(codes).toMatchObject([{ code: 'ERR_SESSION_SENT' }])
})

test('a second send while the store is asked is as it is in Fastify alone: the first answer leaves', async () => {
  const store = new SlowStore()
  const ask = await serve(async (app) => {
    await app.register(coatcheck, { sessions: store.sessions })
    app.get('/', async (request, reply) => {
      store.sessions.of(request).visits = 1
      reply.send('first')
      await Promise.resolve()
      reply.send('second')
      return 'third'
    })
  })
  const asked = ask('/')
  const question = await store.asked('commit')
  question.fulfil()
  const response = await asked
  expect([response.status, await response.text(), response.headers.getSetCookie().length]).toEqual([200, 'first', 1])
})

test('a header that Node refuses is a 500, with a store too', async () => {
  const store = new SlowStore()
  const ask = await serve(async (app) => {
    await app.register(coatcheck, { sessions: store.sessions })
    app.get('/', async (request, reply) => {
      store.sessions.of(request).visits = 1
      await Promise.resolve()
      return reply.header('x-app', 'ā').send('ok')
    })
  })
  const asked = ask('/')
  const question = await store.asked('commit')
  question.fulfil()
  expect((await asked).status).toBe(500)
})
