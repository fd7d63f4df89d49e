import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { attach, session } from '../../src/adapters/node.ts'
import { rawAnswer } from '../support/raw-answer.ts'
import { SlowStore } from '../support/slow-store.ts'
import { askHeld, listen, parse, SENT, settled } from './held-world.ts'

/** A body of one chunk, without its framing. Node sends one where a Content-Length was set once and taken off. */
function withoutChunks(body: string): string {
  return body.replace(/^[0-9a-f]+\r\n([^]*)\r\n0$/, '$1')
}

test.each(SENT)('%s is dropped for a 503, and the cookie stays as it is', async (what, send, line) => {
  const { answer, commit, response, store } = await askHeld(send, line)
  commit.fail()
  const { status, headers, body } = parse(await answer)
  expect(status).toBe(503)
  expect(headers).toMatchObject({
    'retry-after': '5',
    'content-type': 'application/json',
    'cache-control': 'no-store',
  })
  for (const name of ['set-cookie', 'location', 'etag', 'trailer']) expect(headers).not.toHaveProperty(name)
  expect(withoutChunks(body)).toBe(line?.startsWith('HEAD') === true ? '' : '{"error":"unavailable"}')
  expect(response.statusMessage).toBe('Service Unavailable')
  expect(store.count.commit).toBe(1)
})

test('what described the dropped answer is taken off, and what belongs to the server or the request stays', async () => {
  const kept = {
    'access-control-allow-origin': 'https://app.example',
    'content-security-policy': "default-src 'self'",
    'content-security-policy-report-only': "default-src 'none'",
    'strict-transport-security': 'max-age=1',
    'x-request-id': '7',
    'server-timing': 'db;dur=1',
    vary: 'Origin',
  }
  const dropped = {
    'content-length': '2',
    'content-encoding': 'gzip',
    'content-disposition': 'attachment',
    'content-language': 'de',
    'content-range': 'bytes 0-1/2',
    'content-location': '/2',
    'content-digest': 'x',
    etag: '"x"',
    'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT',
    'accept-ranges': 'bytes',
    'cdn-cache-control': 'max-age=60',
    expires: 'Thu, 01 Jan 2099 00:00:00 GMT',
    location: '/dashboard',
    refresh: '0; url=/dashboard',
    link: '</a.css>; rel=preload',
    'set-cookie': 'remember=1',
    'clear-site-data': '"cookies"',
    'x-accel-redirect': '/file',
    'x-sendfile': '/file',
  }
  const { answer, commit } = await askHeld((response) => {
    response.setHeaders(new Map(Object.entries({ ...kept, ...dropped, 'cache-control': 'public, max-age=60' })))
    response.end('ok')
  })
  commit.fail()
  const { headers } = parse(await answer)
  expect(headers).toMatchObject(kept)
  expect(Object.keys(headers).filter((name) => name in dropped)).toEqual([])
  expect(headers['cache-control']).toBe('no-store')
})

test('the response is fresh for an answer of the application, which may come later', async () => {
  const store = new SlowStore()
  const seen: unknown[] = []
  const unavailable = async (request: IncomingMessage, response: ServerResponse, error: Error): Promise<void> => {
    seen.push(request.url, error.message, response.headersSent, response.writableEnded, response.finished)
    seen.push(response.statusCode, response.getHeaderNames())
    await settled()
    response.writeHead(503, { 'Content-Type': 'text/plain' })
    response.write('Back ')
    response.end('soon')
  }
  const port = await listen(
    http.createServer(
      session(
        store.sessions,
        (_: IncomingMessage, response: ServerResponse) => response.writeHead(201, 'Fine', { ETag: '"x"' }).end('ok'),
        { unavailable },
      ),
    ),
  )
  const answer = rawAnswer(port, 'GET /asked HTTP/1.1')
  ;(await store.asked('commit')).fail()
  expect(await answer).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\nContent-Type: text\/plain\r\n[^]*Back [^]*soon/)
  expect(seen).toEqual(['/asked', 'The store did not answer.', false, false, false, 200, []])
  expect(store.count.commit).toBe(1)
})

test('a writer that goes on regardless disturbs neither the 503 nor what follows on the connection', async () => {
  const store = new SlowStore()
  const told: unknown[] = []
  let goOn = (): void => {}
  const port = await listen(
    http.createServer(
      session(store.sessions, (request: IncomingMessage, response: ServerResponse) => {
        if (request.url === '/next') return response.end('next')
        const write = (part: string): boolean => response.write(part, (error) => told.push(error?.message))
        expect(write('first')).toBe(false)
        goOn = () => {
          expect(write('more')).toBe(false)
          response.end('last', () => told.push('ended'))
          expect(write('and more')).toBe(false)
        }
      }),
    ),
  )
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async (path: string): Promise<[number | undefined, string]> => {
    const [answer] = (await once(http.get({ port, path, agent }), 'response')) as [IncomingMessage] // as: the event's documented argument
    let body = ''
    for await (const chunk of answer) body += String(chunk)
    return [answer.statusCode, body]
  }
  const first = ask('/')
  const commit = await store.asked('commit')
  commit.fail()
  await Promise.resolve()
  goOn()
  expect(await first).toEqual([503, '{"error":"unavailable"}'])
  goOn()
  const second = ask('/next')
  goOn()
  ;(await store.asked('commit')).fulfil()
  expect(await second).toEqual([200, 'next'])
  goOn()
  await settled()
  agent.destroy()
  expect(told).toHaveLength(13)
  expect(new Set(told)).toEqual(new Set(['The store did not answer.', 'ended']))
})

test('a writer that goes on while the application still thinks of an answer does not begin it', async () => {
  const store = new SlowStore()
  const port = await listen(
    http.createServer(
      session(
        store.sessions,
        async (_: IncomingMessage, response: ServerResponse) => {
          for (let token = 0; token < 20; token++) {
            response.write(`token ${token} `)
            await settled()
          }
          response.end('end')
        },
        {
          async unavailable(_request, response) {
            for (let turn = 0; turn < 4; turn++) await settled()
            response.statusCode = 503
            response.end('Back soon')
          },
        },
      ),
    ),
  )
  const answer = rawAnswer(port)
  const commit = await store.asked('commit')
  await settled()
  commit.fail()
  expect(parse(await answer)).toMatchObject({ status: 503, body: 'Back soon' })
})

test.each<[string, (response: ServerResponse) => unknown]>([
  ['a status', (response) => setImmediate(() => Object.assign(response, { statusCode: 503 }).end('Back soon'))],
  ['a header', (response) => setImmediate(() => response.setHeader('X-App', '1').end('Back soon'))],
  ['writeHead', (response) => setImmediate(() => response.writeHead(503, { 'Content-Length': 9 }).end('Back soon'))],
  ['a write', (response) => (response.write('Back'), setImmediate(() => response.end(' soon')))],
  ['an end', (response) => response.end('Back soon')],
])('where the dropped answer was not ended, the other one begins with %s', async (_, unavailable) => {
  const store = new SlowStore()
  const port = await listen(
    http.createServer(
      session(store.sessions, (__: IncomingMessage, response: ServerResponse) => response.write('never ended'), {
        unavailable: (__, response) => unavailable(response),
      }),
    ),
  )
  const answer = rawAnswer(port)
  ;(await store.asked('commit')).fail()
  expect(parse(await answer).body).toMatch(/^(?:4\r\n)?Back(?:\r\n5\r\n)? soon/)
})

test('who listened to drain before is not woken by the other answer', async () => {
  const store = new SlowStore()
  const page = 'Back soon\n'.repeat(100_000)
  const port = await listen(
    http.createServer(
      session(
        store.sessions,
        (_: IncomingMessage, response: ServerResponse) => {
          response.on('drain', () => response.write('stale'))
          response.write('first')
        },
        {
          unavailable: (_, response) => {
            const parts = page.match(/[^]{1,50000}/g) ?? []
            Readable.from(parts).pipe(response.writeHead(503, { 'Content-Length': page.length }))
          },
        },
      ),
    ),
  )
  const answer = rawAnswer(port)
  ;(await store.asked('commit')).fail()
  expect(parse(await answer).body).toBe(page)
})

test('a pipe is let go, and what its source still has goes nowhere', async () => {
  const source = new PassThrough()
  source.write('first')
  const { answer, commit } = await askHeld((response) => source.pipe(response))
  source.write('second')
  commit.fail()
  await Promise.resolve()
  source.end('third')
  expect(parse(await answer).body).toBe('{"error":"unavailable"}')
  await settled()
  expect(source.listenerCount('data')).toBe(0)
  expect(source.readableEnded).toBe(false)
})

test('a pipeline learns that it has failed, and ends its source', async () => {
  const source = new PassThrough()
  source.write('first')
  let failed: Promise<unknown> | undefined
  const { answer, commit } = await askHeld((response) => {
    failed = pipeline(source, response).catch((error: unknown) => error)
  })
  commit.fail()
  expect(parse(await answer).body).toBe('{"error":"unavailable"}')
  expect(await failed).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
  expect(source.destroyed).toBe(true)
})

test('a pipeline from a generator does too, so that its finally block runs', async () => {
  let isClosed = false
  let failed: Promise<unknown> | undefined
  const { answer, commit } = await askHeld((response) => {
    failed = pipeline(async function* () {
      try {
        for (;;) {
          yield 'more'
          await settled()
        }
      } finally {
        isClosed = true
      }
    }, response).catch((error: unknown) => error)
  })
  commit.fail()
  expect(parse(await answer).body).toBe('{"error":"unavailable"}')
  expect(await failed).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  expect(isClosed).toBe(true)
})

test('a pipeline that began while the headers were held learns of it too', async () => {
  let failed: Promise<unknown> | undefined
  const { answer, commit } = await askHeld((response) => {
    response.flushHeaders()
    const source = async function* (): AsyncGenerator<string> {
      for (;;) {
        yield 'more'
        await settled()
      }
    }
    failed = pipeline(source, response).catch((error: unknown) => error)
  })
  commit.fail()
  expect(parse(await answer).body).toBe('{"error":"unavailable"}')
  expect(await failed).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
})

test('trailers of the dropped answer do not follow another one', async () => {
  const { answer, commit } = await askHeld((response) => {
    response.setHeader('Content-Length', 2) // so that Node sends the other answer in chunks, after which there may be trailers
    response.addTrailers({ 'X-Sum': '2' })
    response.end('ok')
  })
  commit.fail()
  expect(await answer).toContain('Transfer-Encoding: chunked')
  expect(await answer).not.toContain('X-Sum')
})

test('what Node refuses after the headers have left closes the connection', async () => {
  const store = new SlowStore()
  const port = await listen(
    http.createServer(
      { rejectNonStandardBodyWrites: true },
      session(store.sessions, (_: IncomingMessage, response: ServerResponse) => response.write('not for a HEAD')),
    ),
  )
  const answer = rawAnswer(port, 'HEAD / HTTP/1.1')
  ;(await store.asked('commit')).fulfil()
  expect(await answer).not.toContain('503')
})

test('attach answers 503 by itself, for adapters of other frameworks', async () => {
  const store = new SlowStore()
  const port = await listen(
    http.createServer((request, response) => {
      const exchange = attach(store.sessions, request, response, () => false)
      expect(attach(store.sessions, request, response, () => false)).toBe(exchange)
      response.end('ok')
    }),
  )
  const answer = rawAnswer(port)
  ;(await store.asked('commit')).fail()
  expect(parse(await answer)).toMatchObject({ status: 503, body: '{"error":"unavailable"}' })
})
