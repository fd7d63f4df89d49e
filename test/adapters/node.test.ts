import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { session } from '../../src/adapters/node.ts'
import { createSessions, type SessionError } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { firstFrame } from '../support/thrown-by.ts'
import { SECRET } from '../support/visitor.ts'
import { listen } from './held-world.ts'

interface Data {
  visits: number
}

const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET] })
const sealed = sessions.seal({ visits: 7 })

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

async function ask(handler: Handler): Promise<Response> {
  const port = await listen(http.createServer(session(sessions, handler)))
  return fetch(`http://127.0.0.1:${port}`, { headers: { cookie: `session=${sealed}` } })
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

test('Cache-Control that is given to writeHead is left as it is, unless shared caches may store the answer', async () => {
  const cacheControl = async (...head: [Record<string, string>] | [string[]]): Promise<string | null> => {
    const response = await ask((request, answer) => {
      write(request)
      answer.writeHead(200, head[0]).end()
    })
    return response.headers.get('cache-control')
  }
  expect(await cacheControl({ 'Cache-Control': 'private, max-age=60' })).toBe('private, max-age=60')
  expect(await cacheControl({ 'Cache-Control': 'public, max-age=60' })).toBe('no-store')
  expect(await cacheControl(['Cache-Control', 'public', 'cache-control', 's-maxage=60'])).toBe('no-store')
})

test('a list of cookies that the application gives to every answer is not changed', async () => {
  const lines = Object.freeze(['a=1', 'b=2'])
  for (let visit = 0; visit < 2; visit++) {
    const response = await ask((request, answer) => {
      write(request)
      answer.setHeader('Set-Cookie', lines)
      answer.end()
    })
    expect(response.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual(['a', 'b', 'session'])
  }
  expect(lines).toEqual(['a=1', 'b=2'])
})

test('a write after the headers left throws, and the stack begins with that line', async () => {
  const thrown: unknown[] = []
  const response = await ask((request, answer) => {
    answer.write('first, ')
    setImmediate(() => {
      try {
        write(request)
      } catch (error) {
        thrown.push(error)
      }
      answer.end('last')
    })
  })
  expect(await response.text()).toBe('first, last')
  expect(thrown).toMatchObject([{ code: 'ERR_SESSION_SENT' }])
  expect(firstFrame(thrown[0] as SessionError)).toContain('node.test.ts') // as: the line above says so
})

test('over HTTP/2, cookies that come one by one are one header, and headers given to writeHead keep ours', async () => {
  const port = await listen(
    http2.createServer(
      session(sessions, (request: Http2ServerRequest, response: Http2ServerResponse) => {
        write(request)
        response.setHeader('Set-Cookie', 'a=1')
        response.writeHead(201, { 'X-App': '1', vary: 'Origin' })
        response.end('ok')
      }),
    ),
  )
  const client = http2.connect(`http://127.0.0.1:${port}`)
  const stream = client.request({ ':path': '/', cookie: [`session=${sealed}`, 'other=1'] })
  // as: the event's documented argument
  const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader]
  client.destroy()
  expect(headers[':status']).toBe(201)
  expect(headers.vary).toBe('Origin, Cookie')
  const [app = '', ours = ''] = headers['set-cookie'] ?? []
  expect(app).toBe('a=1')
  expect(sessions.open(ours.slice('session='.length).split(';')[0] ?? '')).toMatchObject({ data: { visits: 8 } })
})

test.each([
  ['the cookie', undefined],
  ['a store', memoryStore()],
])(
  'what stands in for a response in tests, and asks itself for no head, gets the cookie: sessions in %s',
  async (_, store) => {
    const held = createSessions<{ visits: number }>({ name: 'session', secrets: [SECRET], store })
    const asked = new http.IncomingMessage(new Socket())
    const standIn = new http.ServerResponse(asked)
    const ended = Promise.withResolvers<unknown>()
    standIn.end = (body: unknown) => {
      ended.resolve(body)
      return standIn
    }
    await session(held, (incoming: IncomingMessage, response: ServerResponse) => {
      held.of(incoming).visits = 8
      response.end('ok')
    })(asked, standIn)
    expect(await ended.promise).toBe('ok')
    expect(standIn.getHeader('set-cookie')).toHaveLength(1)
  },
)
