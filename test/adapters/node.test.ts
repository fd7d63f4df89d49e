import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { session } from '../../src/adapters/node.ts'
import { createSessions, type SessionError } from '../../src/index.ts'
import { firstFrame } from '../support/thrown-by.ts'
import { SECRET } from '../support/visitor.ts'

interface Data {
  visits: number
}

const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET] })
const sealed = sessions.seal({ visits: 7 })
const running: Server[] = []

afterEach(() => {
  for (const server of running.splice(0)) server.close()
})

async function listen(server: Server): Promise<string> {
  running.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // as: a TCP server has such an address
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

async function ask(handler: Handler, init: RequestInit & { cookie?: string } = {}): Promise<Response> {
  const url = await listen(http.createServer(session(sessions, handler)))
  return fetch(url, { redirect: 'manual', ...init, headers: { cookie: init.cookie ?? `session=${sealed}` } })
}

const write = (request: IncomingMessage | Http2ServerRequest): void => {
  const held = sessions.of(request)
  held.visits = (held.visits ?? 0) + 1
}

/** What the response's session cookie holds. */
function carried(response: Response): unknown {
  const line = response.headers.getSetCookie().find((cookie) => cookie.startsWith('session='))
  const opened = sessions.open(line?.slice('session='.length).split(';')[0] ?? '')
  return opened.ok ? opened.data : opened.reason
}

test.each<[string, Handler]>([
  ['end', (_, response) => void response.end('ok')],
  ['write and end', (_, response) => void (response.write('o'), response.end('k'))],
  ['writeHead', (_, response) => void response.writeHead(200).end('ok')],
  ['writeHead with headers', (_, response) => void response.writeHead(200, { 'X-App': '1' }).end('ok')],
  ['writeHead with a reason', (_, response) => void response.writeHead(200, 'Fine', { 'X-App': '1' }).end('ok')],
  ['writeHead with a flat list', (_, response) => void response.writeHead(200, ['X-App', '1']).end('ok')],
  ['flushHeaders', (_, response) => void (response.flushHeaders(), response.end('ok'))],
  ['a pipe', (_, response) => void Readable.from(['o', 'k']).pipe(response)],
  ['a later tick', (_, response) => void setImmediate(() => response.end('ok'))],
])('a changed session leaves with the headers, sent by %s', async (_, send) => {
  const response = await ask((request, answer) => {
    write(request)
    send(request, answer)
  })
  expect(carried(response)).toEqual({ visits: 8 })
  expect(response.headers.get('vary')).toBe('Cookie')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await response.text()).toBe('ok')
})

test.each<[string, Handler, string[]]>([
  ['set before', (_, response) => void response.setHeader('Set-Cookie', ['a=1', 'b=2']), ['a=1', 'b=2']],
  ['one set before', (_, response) => void response.setHeader('set-cookie', 'a=1'), ['a=1']],
  ['appended', (_, response) => void response.appendHeader('Set-Cookie', 'a=1'), ['a=1']],
  [
    'given to writeHead',
    (_, response) => void response.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'] }),
    ['a=1', 'b=2'],
  ],
  [
    'given to writeHead as a list',
    (_, response) => void response.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']),
    ['a=1', 'b=2'],
  ],
])("the application's own cookies survive: %s", async (_, set, expected) => {
  const response = await ask((request, answer) => {
    write(request)
    set(request, answer)
    answer.end()
  })
  const [ours, others] = [true, false].map((our) =>
    response.headers.getSetCookie().filter((line) => line.startsWith('session=') === our),
  )
  expect(others).toEqual(expected)
  expect(ours).toHaveLength(1)
})

test('a request that touches nothing gets no header of ours', async () => {
  const response = await ask((_, answer) => answer.end('ok'))
  expect(response.headers.getSetCookie()).toEqual([])
  expect(response.headers.has('vary')).toBe(false)
  expect(response.headers.has('cache-control')).toBe(false)
})

test('a request that only reads gets Vary and nothing else', async () => {
  const response = await ask((request, answer) => answer.end(String(sessions.of(request).visits)))
  expect(await response.text()).toBe('7')
  expect(response.headers.getSetCookie()).toEqual([])
  expect(response.headers.get('vary')).toBe('Cookie')
  expect(response.headers.has('cache-control')).toBe(false)
})

test.each([
  ['Accept-Encoding', 'Accept-Encoding, Cookie'],
  ['Origin, cookie', 'Origin, cookie'],
  ['*', '*'],
])('Vary %s becomes %s', async (before, after) => {
  const response = await ask((request, answer) => {
    answer.setHeader('Vary', before)
    write(request)
    answer.end()
  })
  expect(response.headers.get('vary')).toBe(after)
})

test('Cache-Control of the application is left as it is', async () => {
  const response = await ask((request, answer) => {
    write(request)
    answer.writeHead(200, { 'Cache-Control': 'private, max-age=60' }).end()
  })
  expect(response.headers.get('cache-control')).toBe('private, max-age=60')
})

test('a redirect carries the session', async () => {
  const response = await ask((request, answer) => {
    write(request)
    answer.writeHead(303, { Location: '/dashboard' }).end()
  })
  expect(response.status).toBe(303)
  expect(response.headers.get('location')).toBe('/dashboard')
  expect(carried(response)).toEqual({ visits: 8 })
})

test('HEAD carries the session', async () => {
  const response = await ask(
    (request, answer) => {
      write(request)
      answer.end()
    },
    { method: 'HEAD' },
  )
  expect(carried(response)).toEqual({ visits: 8 })
})

test('304 carries Vary, and the session where it changed', async () => {
  const response = await ask((request, answer) => {
    write(request)
    answer.writeHead(304, { ETag: '"x"' }).end()
  })
  expect(response.status).toBe(304)
  expect(response.headers.get('vary')).toBe('Cookie')
  expect(carried(response)).toEqual({ visits: 8 })
})

test.each<[string, (request: IncomingMessage) => unknown]>([
  ['a property', (request) => (sessions.of(request).visits = 9)],
  ['a flash', (request) => (sessions.of(request).flash.notice = 'x')],
  ['destroy', (request) => sessions.of(request).destroy()],
  ['renew', (request) => sessions.of(request).renew()],
  ['a cookie of the jar', (request) => sessions.jar(request).set('a', 'x')],
])('writing %s after the headers left throws at that line, in a stream too', async (_, late) => {
  const thrown: unknown[] = []
  const response = await ask((request, answer) => {
    answer.write('first chunk, ')
    setImmediate(() => {
      try {
        late(request)
      } catch (error) {
        thrown.push(error)
      }
      answer.end(`visits ${sessions.of(request).visits}`)
    })
  })
  expect(await response.text()).toBe('first chunk, visits 7')
  expect(thrown).toMatchObject([{ code: 'ERR_SESSION_SENT' }])
  expect(firstFrame(thrown[0] as SessionError)).toContain('node.test.ts') // as: the line above says so
})

test('an aborted request breaks nothing', async () => {
  const arrived = Promise.withResolvers<undefined>()
  const aborted = Promise.withResolvers<undefined>()
  const url = await listen(
    http.createServer(
      session(sessions, (request: IncomingMessage, response: ServerResponse) => {
        request.on('error', () => {})
        arrived.resolve(undefined)
        response.on('close', () => {
          expect(() => (sessions.of(request).visits = 8)).not.toThrow()
          response.end('into the void')
          aborted.resolve(undefined)
        })
      }),
    ),
  )
  const controller = new AbortController()
  const request = fetch(url, { signal: controller.signal, headers: { cookie: `session=${sealed}` } })
  await arrived.promise
  controller.abort()
  await expect(request).rejects.toThrow(/abort/)
  await aborted.promise
})

test('a malformed cookie is an empty session and a normal answer', async () => {
  const response = await ask((request, answer) => answer.end(String(sessions.of(request).visits)), {
    cookie: 'session=%E0%A4%A; other=%',
  })
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('undefined')
})

test('the middleware may wrap a handler twice and still sends one cookie', async () => {
  const response = await ask((request, answer) =>
    session(sessions, (again: IncomingMessage, same: ServerResponse) => {
      write(again)
      same.end()
    })(request, answer),
  )
  expect(response.headers.getSetCookie()).toHaveLength(1)
})

test('two sessions of different cookies live side by side', async () => {
  const admin = createSessions<{ level: number }>({ name: 'admin', secrets: [SECRET] })
  const response = await ask((request, answer) =>
    session(admin, (same: IncomingMessage, also: ServerResponse) => {
      admin.of(same).level = 1
      write(same)
      also.end()
    })(request, answer),
  )
  expect(response.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual(['admin', 'session'])
  expect(response.headers.get('vary')).toBe('Cookie')
})

test('HTTP/2 through its compatibility API behaves the same', async () => {
  const url = await listen(
    http2.createServer(
      session(sessions, (request: Http2ServerRequest, response: Http2ServerResponse) => {
        write(request)
        response.setHeader('Set-Cookie', 'a=1')
        if (request.url === '/head') response.writeHead(201, { 'X-App': '1', vary: 'Origin' })
        response.write('o')
        response.end('k')
      }),
    ),
  )
  for (const [path, status, vary] of [
    ['/', 200, 'Cookie'],
    ['/head', 201, 'Origin, Cookie'],
  ] as const) {
    const client = http2.connect(url)
    const stream = client.request({ ':path': path, cookie: [`session=${sealed}`, 'other=1'] })
    const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader] // as: the event's documented argument
    let body = ''
    for await (const chunk of stream) body += String(chunk)
    client.close()
    expect(body).toBe('ok')
    expect(headers[':status']).toBe(status)
    expect(headers.vary).toBe(vary)
    expect(headers['set-cookie']?.map((line) => line.split('=')[0])).toEqual(['a', 'session'])
  }
})

test('a thrown error leaves the session to whoever answers', async () => {
  const url = await listen(
    http.createServer((request, response) => {
      try {
        void session(sessions, (same: IncomingMessage) => {
          write(same)
          throw new Error('handler failed')
        })(request, response)
      } catch {
        response.writeHead(500).end('sorry')
      }
    }),
  )
  const response = await fetch(url, { headers: { cookie: `session=${sealed}` } })
  expect(response.status).toBe(500)
  expect(carried(response)).toEqual({ visits: 8 })
})

test('Secure is on over TLS sockets', () => {
  const request = Object.assign(new Readable({ read() {} }), { headers: {}, socket: { encrypted: true } })
  const response = new http.ServerResponse(request as unknown as IncomingMessage) // as: all that a response reads of it
  void session(sessions, (same: IncomingMessage) => write(same))(request as unknown as IncomingMessage, response) // as: see above
  response.writeHead(200)
  expect(String(response.getHeader('set-cookie'))).toContain('; Secure')
})
