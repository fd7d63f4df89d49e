import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, Socket, type Server } from 'node:net'
import express5, {
  type Express,
  type NextFunction,
  type Request as ExpressRequest,
  type Response as ExpressResponse,
} from 'express'
import express4 from 'express4'
import { beforeEach, describe, expect, test } from 'vitest'
import { session as expressSession } from '../../src/adapters/express.ts'
import { session } from '../../src/adapters/node.ts'
import { session as webSession } from '../../src/adapters/web.ts'
import { SlowStore } from '../support/slow-store.ts'
import { listen, settled } from './held-world.ts'

let store = new SlowStore({ loads: true, commits: false })

beforeEach(() => {
  store = new SlowStore({ loads: true, commits: false })
})

async function serving(server: Server): Promise<string> {
  return `http://127.0.0.1:${await listen(server)}`
}

const POST = {
  method: 'POST',
  body: JSON.stringify({ text: 'x'.repeat(100_000) }),
  headers: { 'content-type': 'application/json' },
}

describe('node', () => {
  test('the application may answer instead', async () => {
    const url = await serving(
      http.createServer(
        session(store.sessions, (_: IncomingMessage, response: ServerResponse) => response.end('never'), {
          async unavailable(request, response, error) {
            await settled()
            response.writeHead(503, { 'X-Error': error.code }).end(`no ${request.url}`)
          },
        }),
      ),
    )
    const answer = fetch(`${url}/page`)
    ;(await store.asked('load')).fail()
    expect((await answer).status).toBe(503)
    expect((await answer).headers.get('x-error')).toBe('ERR_STORE_UNAVAILABLE')
    expect(await (await answer).text()).toBe('no /page')
  })

  test('the handler gives back what it gives, and a promise of it where it had to wait', async () => {
    const request = (): IncomingMessage => new http.IncomingMessage(new Socket())
    const handler = (sessions: SlowStore) => session(sessions.sessions, (): string => 'given')
    const asked = request()
    expect(handler(new SlowStore({ commits: false }))(asked, new http.ServerResponse(asked))).toBe('given')
    const [loaded, failed] = [request(), request()]
    const given = handler(store)(loaded, new http.ServerResponse(loaded))
    ;(await store.asked('load')).fulfil()
    expect(await given).toBe('given')
    const nothing = handler(store)(failed, new http.ServerResponse(failed))
    ;(await store.asked('load')).fail()
    expect(await nothing).toBeUndefined()
  })

  test('an error that is no outage is answered with 500 and thrown', async () => {
    const thrown = Promise.withResolvers<unknown>()
    const serve = session(store.sessions, () => {})
    const url = await serving(
      http.createServer((request, response) => {
        void Promise.resolve(serve(request, response)).catch(thrown.resolve)
      }),
    )
    const answer = fetch(url)
    ;(await store.asked('load')).fail(new Error('a mistake'))
    expect((await answer).status).toBe(500)
    expect(await thrown.promise).toMatchObject({ message: 'a mistake' })
  })

  test.each(['fulfil', 'fail'] as const)(
    'a client that leaves while the session is fetched changes nothing: %s',
    async (outcome) => {
      const closed = Promise.withResolvers<void>()
      const done = Promise.withResolvers<void>()
      const serve = session(store.sessions, (_: IncomingMessage, response: ServerResponse) => response.end('ok'))
      const url = await serving(
        http.createServer((request, response) => {
          response.on('close', closed.resolve)
          void Promise.resolve(serve(request, response)).then(() => done.resolve())
        }),
      )
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nbegun')
      const load = await store.asked('load')
      socket.destroy()
      await closed.promise
      load[outcome]()
      await done.promise
      expect(store.count.load).toBe(1)
    },
  )
})

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('%s', (_, express) => {
  async function serve(define: (app: Express) => void): Promise<string> {
    const app = express().set('env', 'test')
    app.use(expressSession(store.sessions), express.json({ limit: '1mb' }))
    define(app)
    return serving(http.createServer(app))
  }

  test('where the store fails the error goes to the error handler, and no other handler is called', async () => {
    let isCalled = false
    const url = await serve((app) => {
      app.use((_req: ExpressRequest, res: ExpressResponse) => {
        isCalled = true
        res.send('never')
      })
      app.use((error: NodeJS.ErrnoException, _req: ExpressRequest, res: ExpressResponse, _next: NextFunction) => {
        res.status(503).send(error.code)
      })
    })
    const answer = fetch(url, POST)
    ;(await store.asked('load')).fail()
    expect((await answer).status).toBe(503)
    expect(await (await answer).text()).toBe('ERR_STORE_UNAVAILABLE')
    expect((await answer).headers.getSetCookie()).toEqual([])
    expect(isCalled).toBe(false)
  })

  test('an error of a handler goes to the error handler, and not to the middleware once more', async () => {
    const seen: unknown[] = []
    const url = await serve((app) => {
      app.use(() => {
        throw new Error('handler failed')
      })
      app.use((error: Error, _req: ExpressRequest, res: ExpressResponse, _next: NextFunction) => {
        seen.push(error.message)
        res.sendStatus(500)
      })
    })
    const answer = fetch(url)
    ;(await store.asked('load')).fulfil()
    expect((await answer).status).toBe(500)
    expect(seen).toEqual(['handler failed'])
  })
})

describe('web', () => {
  const ask = (): Request => new Request('http://localhost/', POST)

  test('a response is given back when the store has acknowledged', async () => {
    const slow = new SlowStore()
    let isThere = false
    const response = Response.redirect('http://localhost/dashboard')
    const handle = webSession(slow.sessions, (request) => {
      slow.sessions.of(request).visits = 8
      return response
    })
    const answer = Promise.resolve(handle(ask())).then((given) => {
      isThere = true
      return given
    })
    const commit = await slow.asked('commit')
    await settled()
    expect(isThere).toBe(false)
    commit.fulfil()
    expect((await answer).headers.get('location')).toBe('http://localhost/dashboard')
    expect((await answer).headers.getSetCookie()).toHaveLength(1)
  })

  test('a response whose session is not acknowledged is dropped for a 503, and its body cancelled', async () => {
    const slow = new SlowStore()
    const cancelled = Promise.withResolvers<void>()
    const body = new ReadableStream({ cancel: () => cancelled.resolve() })
    const headers = { 'set-cookie': 'a=1', etag: '"x"' }
    const answer = webSession(slow.sessions, () => new Response(body, { headers }))(ask())
    ;(await slow.asked('commit')).fail()
    expect((await answer).status).toBe(503)
    expect([...(await answer).headers.keys()].toSorted()).toEqual(['cache-control', 'content-type', 'retry-after'])
    await cancelled.promise
  })

  test.each(['load', 'commit'] as const)('the application may answer instead: %s', async (what) => {
    const slow = new SlowStore({ loads: what === 'load' })
    const answer = webSession(slow.sessions, () => new Response('never'), {
      unavailable: (request, error) => new Response(`${request.url} ${error.code}`, { status: 503 }),
    })(ask())
    ;(await slow.asked(what)).fail()
    expect(await (await answer).text()).toBe('http://localhost/ ERR_STORE_UNAVAILABLE')
  })

  test.each(['load', 'commit'] as const)('an error that is no outage is passed on: %s', async (what) => {
    const slow = new SlowStore({ loads: what === 'load' })
    const answer = webSession(slow.sessions, () => new Response('never'))(ask())
    const passedOn = Promise.resolve(answer).catch((error: unknown) => error)
    ;(await slow.asked(what)).fail(new Error('a mistake'))
    expect(await passedOn).toMatchObject({ message: 'a mistake' })
  })

  test('a session in the cookie is decided when the response is there, with no promise in between', () => {
    const cookies = new SlowStore({ commits: false })
    const response = new Response('ok')
    expect(webSession(cookies.sessions, () => response)(ask())).toBe(response)
  })
})
