import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { afterEach, expect, expectTypeOf, test } from 'vitest'
import { session } from '../../src/adapters/koa.ts'
import { createSessions, type Session } from '../../src/index.ts'
import { SlowStore } from '../support/slow-store.ts'
import { SECRET } from '../support/visitor.ts'

interface Data {
  visits: number
}

const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET] })
const running: Server[] = []

afterEach(() => {
  for (const server of running.splice(0)) server.close()
})

async function serve(app: {
  listen(port: number, host: string): Server
}): Promise<(path: string) => Promise<Response>> {
  const server = app.listen(0, '127.0.0.1')
  running.push(server)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // as: a TCP server has such an address
  return (path) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' })
}

function carried(response: Response): unknown {
  const opened = sessions.open(response.headers.getSetCookie()[0]?.split(/[=;]/)[1] ?? '')
  return opened.ok ? opened.data : opened.reason
}

test('ctx.session is the session of the request, typed by the sessions that the application uses', async () => {
  const app = new Koa().use(session(sessions))
  app.use((ctx) => {
    expectTypeOf(ctx.session).toEqualTypeOf<Session<Data>>()
    expect(ctx.session).toBe(sessions.of(ctx))
    ctx.session.visits = 7
    ctx.body = 'ok'
  })
  expect(carried(await (await serve(app))('/'))).toEqual({ visits: 7 })
})

test('middleware that came before may write after the others have answered', async () => {
  const app = new Koa()
  app.use(async (ctx, next) => {
    await next()
    sessions.of(ctx).visits = (sessions.of(ctx).visits ?? 0) + 1
  })
  app.use(session(sessions)).use((ctx) => {
    ctx.session.visits = 7
    ctx.body = 'ok'
  })
  expect(carried(await (await serve(app))('/'))).toEqual({ visits: 8 })
})

test('an answer that is written past Koa carries the session too', async () => {
  const app = new Koa().use(session(sessions))
  app.use((ctx) => {
    ctx.respond = false
    ctx.session.visits = 7
    ctx.res.end('ok')
  })
  expect(carried(await (await serve(app))('/'))).toEqual({ visits: 7 })
})

test('where the store does not acknowledge, the application hears of it and the visitor gets 503', async () => {
  const store = new SlowStore()
  const app = new Koa()
  const errors: unknown[] = []
  app.on('error', (error) => errors.push(error))
  app.use(session(store.sessions)).use((ctx) => {
    ctx.session.visits = 7
    ctx.set('Set-Cookie', 'app=1')
    ctx.redirect('/elsewhere')
  })
  const ask = await serve(app)
  const asked = ask('/')
  const question = await store.asked('commit')
  question.fail()
  const response = await asked
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('5')
  expect(response.headers.get('location')).toBeNull()
  expect(response.headers.getSetCookie()).toEqual([])
  expect(errors).toMatchObject([{ code: 'ERR_STORE_UNAVAILABLE' }])
})

test('ctx.session belongs to the sessions that the request went through, whichever came first in the application', async () => {
  const others = createSessions<Data>({ name: 'other', secrets: [SECRET] })
  const app = new Koa()
  app.use((ctx, next) => session<Data>(ctx.path === '/others' ? others : sessions)(ctx as never, next)) // as: typed by neither
  app.use((ctx) => {
    const own: unknown = ctx['session']
    ctx.body = own === (ctx.path === '/others' ? others : sessions).of(ctx) ? 'its own' : 'not its own'
  })
  const ask = await serve(app)
  for (const path of ['/', '/others', '/']) expect(await (await ask(path)).text()).toBe('its own')
})

test('a session that is asked for when the headers have left can be read, and refuses to be written', async () => {
  const codes: unknown[] = []
  const app = new Koa().use(session(sessions))
  app.use((ctx) => {
    ctx.respond = false
    ctx.res.write('a')
    expect(ctx.session.visits).toBeUndefined()
    try {
      ctx.session.visits = 7
    } catch (error) {
      codes.push(error)
    }
    ctx.res.end('b')
  })
  const response = await (await serve(app))('/')
  expect(await response.text()).toBe('ab')
  expect(response.headers.getSetCookie()).toEqual([])
  expect(codes).toMatchObject([{ code: 'ERR_SESSION_SENT' }])
})
