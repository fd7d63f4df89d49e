import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import express5 from 'express'
import express4 from 'express4'
import createFastify from 'fastify'
import Koa from 'koa'
import { expect, test } from 'vitest'
import { session as expressSession } from '../../src/adapters/express.ts'
import { coatcheck } from '../../src/adapters/fastify.ts'
import { session as koaSession } from '../../src/adapters/koa.ts'
import { session, type SessionOptions } from '../../src/adapters/node.ts'
import { createSessions } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { connectTo } from '../support/http-client.ts'
import { EventLog, SECRET } from '../support/visitor.ts'
import { listen } from './held-world.ts'

interface Data {
  visits: number
}

/** Sessions in a store, and what the operator hears of them. */
function createWorld(store: SessionStore = memoryStore()) {
  const log = new EventLog()
  const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET], store, onEvent: log.hear })
  const failures = (): unknown[] => log.events.filter(({ type }) => type === 'answer-failed')
  return { sessions, failures }
}

const ask = (port: number, path = '/', headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers })

/** Sends what Node refuses when it is to leave, and at no line before. */
function sendTrailerOfNothing(response: ServerResponse): void {
  response.setHeader('Trailer', 'X-Sum') // which only a body in chunks can have
  response.setHeader('Content-Length', 2)
  response.end('ok')
}

test.each([
  ['a reason', 'ERR_INVALID_CHAR', (response: ServerResponse) => response.writeHead(404, 'no page ā')],
  [
    'a reason set before',
    'ERR_INVALID_CHAR',
    (response: ServerResponse) => Object.assign(response, { statusMessage: 'a\nb' }).end(),
  ],
  ['a status', 'ERR_HTTP_INVALID_STATUS_CODE', (response: ServerResponse) => response.writeHead(99)],
  [
    'a status set before',
    'ERR_HTTP_INVALID_STATUS_CODE',
    (response: ServerResponse) => Object.assign(response, { statusCode: 1000 }).end(),
  ],
  ['a header', 'ERR_INVALID_CHAR', (response: ServerResponse) => response.writeHead(200, { 'X-App': 'a\nb' })],
])('%s that Node refuses is refused at the line of the handler, with a store too', async (_, code, send) => {
  const { sessions, failures } = createWorld()
  const port = await listen(
    http.createServer(
      session(sessions, (request: IncomingMessage, response: ServerResponse) => {
        sessions.of(request).visits = 8
        try {
          send(response)
        } catch (error) {
          response.statusMessage = ''
          response.statusCode = 500
          response.end(String(Reflect.get(Object(error), 'code')))
        }
      }),
    ),
  )
  const response = await ask(port)
  expect([response.status, await response.text()]).toEqual([500, code])
  expect(response.headers.getSetCookie()).toHaveLength(1)
  expect(failures()).toEqual([])
})

test('what Node refuses when a held answer is to leave is a 500 and an event, in node:http and behind a hijacked reply', async () => {
  const { sessions, failures } = createWorld()
  const refused = { type: 'answer-failed', code: 'ERR_HTTP_TRAILER_INVALID', line: expect.any(String) }
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    sessions.of(request).visits = 8
    sendTrailerOfNothing(response)
  }
  const plain = await ask(await listen(http.createServer(session(sessions, handler))))
  expect([plain.status, await plain.text()]).toEqual([500, ''])
  expect(failures()).toEqual([expect.objectContaining(refused)])

  const app = createFastify()
  await app.register(coatcheck, { sessions })
  app.get('/', (request, reply) => {
    reply.hijack()
    sessions.of(request).visits = 8
    sendTrailerOfNothing(reply.raw)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const hijacked = await ask((app.server.address() as { port: number }).port) // as: a TCP server has such an address
  await app.close()
  expect(hijacked.status).toBe(500)
  expect(failures()).toHaveLength(2)
})

test.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('in %s it goes to the error handler', async (_, express) => {
  const { sessions, failures } = createWorld()
  const app = express().use(expressSession(sessions))
  app.get('/', (request, response) => {
    sessions.of(request).visits = 8
    sendTrailerOfNothing(response)
  })
  const sorry: express5.ErrorRequestHandler = (error, _request, response, _next) =>
    void response.status(500).send(String(Reflect.get(Object(error), 'code')))
  const port = await listen(http.createServer(app.use(sorry)))
  const response = await ask(port)
  expect([response.status, await response.text()]).toEqual([500, 'ERR_HTTP_TRAILER_INVALID'])
  expect(failures()).toHaveLength(1)
})

test("in Koa it goes where Koa's errors go, and a listener that throws there ends nothing", async () => {
  const { sessions, failures } = createWorld()
  const app = new Koa().use(koaSession(sessions))
  const heard: unknown[] = []
  app.on('error', (error: unknown) => {
    heard.push(error)
    throw new Error('the listener failed')
  })
  app.use((ctx) => {
    ctx.session.visits = 8
    ctx.respond = false
    sendTrailerOfNothing(ctx.res)
  })
  const response = await ask(await listen(http.createServer(app.callback())))
  expect(response.status).toBe(500)
  expect(heard).toMatchObject([{ code: 'ERR_HTTP_TRAILER_INVALID' }])
  expect(failures()).toHaveLength(2)
})

test('over HTTP/2, headers that are refused when they leave are a 500 and an event', async () => {
  const { sessions, failures } = createWorld()
  const port = await listen(
    http2.createServer(
      session(sessions, (request: Http2ServerRequest, response: Http2ServerResponse) => {
        sessions.of(request).visits = 8
        response.setHeader('Content-Type', ['text/plain', 'text/html'])
        response.end('ok')
      }),
    ),
  )
  const client = connectTo({ protocol: 'HTTP/2', port, isSecure: false }, Infinity)
  expect((await client.ask('/', {})).status).toBe(500)
  client.close()
  expect(failures()).toEqual([expect.objectContaining({ code: 'ERR_HTTP2_HEADER_SINGLE_VALUE' })])
})

const broken = (): never => {
  throw Object.assign(new Error('the store is away'), { code: 'ECONNREFUSED' })
}

const PAGES: [string, NonNullable<SessionOptions<IncomingMessage, ServerResponse>['unavailable']>][] = [
  [
    'throws',
    () => {
      throw new RangeError('the page failed')
    },
  ],
  ['is rejected', async () => Promise.reject(new RangeError('the page failed'))],
  ['gives a reason that Node refuses', (_, response) => response.writeHead(503, 'a\nb').end()],
]

test.each(PAGES)(
  'a page for an outage that %s is a 500 and an event, before the handler and after it',
  async (_, unavailable) => {
    const { sessions, failures } = createWorld({
      name: 'away',
      find: broken,
      insert: broken,
      update: broken,
      delete: broken,
    })
    const handler = (request: IncomingMessage, response: ServerResponse): void => {
      sessions.of(request).visits = 8
      response.end('ok')
    }
    const port = await listen(http.createServer(session(sessions, handler, { unavailable })))
    const after = await ask(port)
    expect([after.status, await after.text(), after.headers.getSetCookie()]).toEqual([500, '', []])
    const real = createWorld().sessions
    const signIn = await listen(
      http.createServer(
        session(real, (request: IncomingMessage, response: ServerResponse) => {
          real.of(request).visits = 8
          response.end()
        }),
      ),
    )
    const cookie = (await ask(signIn)).headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const before = await ask(port, '/', { cookie })
    expect([before.status, await before.text()]).toEqual([500, ''])
    expect(failures()).toHaveLength(2)
    for (const failure of failures())
      expect(failure).toHaveProperty('code', expect.stringMatching(/^RangeError$|^ERR_INVALID_CHAR$/))
  },
)
