import { once } from 'node:events'
import http2, {
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { Readable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { session } from '../../src/adapters/node.ts'
import { SlowStore, type Question } from '../support/slow-store.ts'
import { listen, settled } from './held-world.ts'

const clients: http2.ClientHttp2Session[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})

async function connectTo(server: Http2Server): Promise<http2.ClientHttp2Session> {
  const client = http2.connect(`http://127.0.0.1:${await listen(server)}`)
  clients.push(client)
  return client
}

type Answer = [headers: IncomingHttpHeaders & IncomingHttpStatusHeader, body: string]

async function ask(client: http2.ClientHttp2Session, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
  const stream = client.request({ ':path': '/', ...headers })
  const [answered] = (await once(stream, 'response')) as [Answer[0]] // as: the event's documented argument
  let body = ''
  for await (const chunk of stream) body += String(chunk)
  return [answered, body]
}

type Send = (response: Http2ServerResponse) => unknown

interface Held {
  readonly answer: Promise<Answer>
  readonly commit: Question
  readonly response: Http2ServerResponse
  readonly store: SlowStore
  readonly client: http2.ClientHttp2Session
}

async function askHeld(send: Send, headers?: OutgoingHttpHeaders): Promise<Held> {
  const store = new SlowStore()
  let response: Http2ServerResponse | undefined
  const client = await connectTo(
    http2.createServer(
      session(store.sessions, (request: Http2ServerRequest, itself: Http2ServerResponse) => {
        response = itself
        store.sessions.of(request).visits = 8
        return send(itself)
      }),
    ),
  )
  const answer = ask(client, headers)
  const commit = await store.asked('commit')
  await settled()
  if (response === undefined) throw new Error('a commit without a response')
  return { answer, commit, response, store, client }
}

function flushHeaders(response: Http2ServerResponse & { flushHeaders?: () => void }): void {
  response.flushHeaders?.() // Node has it, and its types do not
}

const SENT: [string, Send, OutgoingHttpHeaders?][] = [
  ['end with a body', (response) => response.end('ok')],
  ['end without a body', (response) => response.end()],
  ['end with a status', (response) => Object.assign(response, { statusCode: 404 }).end('ok')],
  ['write and end', (response) => (response.write('o'), response.end('k'))],
  ['writes in later ticks', (response) => (response.write('o'), setImmediate(() => response.end('k')))],
  ['writeHead with headers', (response) => response.writeHead(201, { 'X-App': '1' }).end('ok')],
  ['writeHead with a flat list', (response) => response.writeHead(200, ['x-app', '1', 'x-app', '2']).end('ok')],
  [
    'writeHead with pairs',
    (response) =>
      Reflect.apply(Reflect.get(response, 'writeHead'), response, [
        200,
        [
          ['x-app', '1'],
          ['x-app', '2'],
        ],
      ]).end('ok'),
  ],
  ['flushHeaders', (response) => (flushHeaders(response), response.end('ok'))],
  ['a pipe', (response) => Readable.from(['o', 'k']).pipe(response)],
  ['a HEAD', (response) => response.writeHead(200, { 'content-length': '2' }).end(), { ':method': 'HEAD' }],
  ['a 304', (response) => response.writeHead(304, { ETag: '"x"' }).end()],
  ['a second end', (response) => (response.end('ok'), response.end())],
]

/** Headers that Node sends by itself or that the session adds. */
const OURS = new Set(['date', 'set-cookie', 'vary', 'cache-control'])

function withoutSession([headers, body]: Answer): [OutgoingHttpHeaders, string] {
  return [Object.fromEntries(Object.entries(headers).filter(([name]) => !OURS.has(name))), body]
}

test.each(SENT)('%s leaves when the store has acknowledged, as Node sends it', async (_, send, headers) => {
  const plain = await ask(await connectTo(http2.createServer((__, response) => void send(response))), headers)
  const { answer, commit, response } = await askHeld(send, headers)
  expect(response.stream.sentHeaders).toBeUndefined()
  expect(response.headersSent).toBe(true)
  expect(() => response.setHeader('X-App', '1')).toThrow(expect.objectContaining({ code: 'ERR_HTTP2_HEADERS_SENT' }))
  commit.fulfil()
  const held = await answer
  expect(withoutSession(held)).toEqual(withoutSession(plain))
  expect(held[0]['set-cookie']).toEqual([expect.stringMatching(/^session=/)])
})

test.each(SENT)('%s is dropped for a 503 where the store does not acknowledge', async (_, send, headers) => {
  const { answer, commit, store } = await askHeld(send, headers)
  commit.fail()
  const [answered, body] = await answer
  expect(answered).toMatchObject({ ':status': 503, 'retry-after': '5', 'content-type': 'application/json' })
  for (const name of ['set-cookie', 'etag', 'content-length']) expect(answered).not.toHaveProperty(name)
  expect(body).toBe(headers === undefined ? '{"error":"unavailable"}' : '')
  expect(store.count.commit).toBe(1)
})

test('a writer that goes on regardless disturbs neither the 503 nor what follows on the connection', async () => {
  const { answer, commit, response, client, store } = await askHeld((itself) => itself.write('first'))
  const told: unknown[] = []
  commit.fail()
  await Promise.resolve()
  const goOn = (): void => {
    expect(response.write('more', (error) => told.push(error?.message))).toBe(false)
    response.end('last')
  }
  goOn()
  expect((await answer)[1]).toBe('{"error":"unavailable"}')
  goOn()
  await settled()
  goOn()
  const next = ask(client)
  ;(await store.asked('commit')).fail()
  expect((await next)[0][':status']).toBe(503)
  await settled()
  expect(told).toEqual(Array.from({ length: 3 }, () => 'The store did not answer.'))
})

test('a pipe goes on when the store has acknowledged, and all of it arrives', async () => {
  const parts = Array.from({ length: 100 }, (_, index) => String(index % 10).repeat(10_000))
  const { answer, commit } = await askHeld((response) => Readable.from(parts).pipe(response))
  commit.fulfil()
  expect((await answer)[1]).toBe(parts.join(''))
})

test.each(['fulfil', 'fail'] as const)(
  'a client that leaves while the store is asked changes nothing: %s',
  async (outcome) => {
    const store = new SlowStore()
    const closed = Promise.withResolvers<void>()
    const client = await connectTo(
      http2.createServer(
        session(store.sessions, (request: Http2ServerRequest, response: Http2ServerResponse) => {
          store.sessions.of(request).visits = 8
          response.on('close', closed.resolve)
          response.write('o')
          response.end('k')
        }),
      ),
    )
    const stream = client.request({ ':path': '/' })
    const commit = await store.asked('commit')
    stream.close(http2.constants.NGHTTP2_CANCEL)
    await closed.promise
    commit[outcome]()
    await settled()
    expect(store.count.commit).toBe(1)
  },
)

test('the response looks from the first call on as Node has it look', async () => {
  const looks: unknown[] = []
  const look = (response: Http2ServerResponse): unknown =>
    looks.push([response.headersSent, response.writableEnded, response.finished, response.statusCode])
  const { answer, commit } = await askHeld((response) => {
    look(response)
    response.writeHead(201)
    look(response)
    response.write('o')
    look(response)
    response.end('k')
    look(response)
  })
  expect(looks).toEqual([
    [false, false, false, 200],
    [true, false, false, 201],
    [true, false, false, 201],
    [true, true, true, 201],
  ])
  commit.fulfil()
  expect((await answer)[1]).toBe('ok')
})

test.each([
  ['in the cookie', false],
  ['in a store', true],
])(
  'with sessions %s, whoever wraps writeHead after us is called once and may change the status',
  async (_, commits) => {
    const store = new SlowStore({ commits })
    let calls = 0
    const client = await connectTo(
      http2.createServer(
        session(store.sessions, (__: Http2ServerRequest, response: Http2ServerResponse) => {
          const writeHead = response.writeHead.bind(response)
          response.writeHead = () => {
            calls++
            return writeHead(202)
          }
          response.end('ok')
        }),
      ),
    )
    const answer = ask(client)
    if (commits) (await store.asked('commit')).fulfil()
    expect((await answer)[0][':status']).toBe(202)
    expect((await answer)[1]).toBe('ok')
    expect(calls).toBe(1)
  },
)
