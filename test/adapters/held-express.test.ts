import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import compression from 'compression'
import express5, { type Express, type NextFunction, type Request, type Response as ExpressResponse } from 'express'
import express4 from 'express4'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { rawAnswer, withoutSession } from '../support/raw-answer.ts'
import { SlowStore } from '../support/slow-store.ts'
import { listen, settled } from './held-world.ts'

// as: CommonJS, typed any
const cookieSession = createRequire(import.meta.url)('cookie-session') as (options: object) => express5.RequestHandler

const folder = mkdtempSync(join(tmpdir(), 'coatcheck-held-'))
const file = join(folder, 'page.txt')
const LONG = 'one line of many\n'.repeat(20_000)
writeFileSync(file, LONG)
writeFileSync(join(folder, 'page.view'), 'a view')

let store = new SlowStore()

beforeEach(() => {
  store = new SlowStore()
})
afterAll(() => rmSync(folder, { recursive: true }))

async function serving(app: Express): Promise<number> {
  return listen(createServer(app))
}

type Send = (res: ExpressResponse, req: Request, next: NextFunction) => unknown

const SENT: [string, Send, string?][] = [
  ['send', (res) => res.send('<p>ok</p>')],
  ['send with a status', (res) => res.status(404).send('no')],
  ['send of bytes', (res) => res.send(Buffer.from('ok'))],
  ['json', (res) => res.json({ ok: true })],
  ['sendStatus', (res) => res.sendStatus(202)],
  ['redirect', (res) => res.redirect(303, '/dashboard')],
  ['render', (res) => res.render('page')],
  ['sendFile', (res) => res.sendFile(file)],
  ['download', (res) => res.download(file)],
  ['end', (res) => res.end('ok')],
  ['write', (res) => (res.write('o'), res.end('k'))],
  ['a pipe', (res) => Readable.from(['o', 'k']).pipe(res)],
  ['a HEAD', (res) => res.send('ok'), 'HEAD / HTTP/1.1'],
  ['a HEAD of a file', (res) => res.sendFile(file), 'HEAD / HTTP/1.1'],
  ['the 404 of Express', (_res, _req, next) => next()],
  [
    'an error that is thrown',
    () => {
      throw Object.assign(new Error('no'), { status: 418, stack: 'no' })
    },
  ],
]

/** What is mounted before the sessions, and after them. */
interface Mounted {
  before?: express5.RequestHandler[]
  after?: express5.RequestHandler[]
}

describe.each([
  { version: 'Express 5', express: express5 },
  { version: 'Express 4', express: express4 },
])('$version', ({ express }) => {
  /** An application whose handler writes its session, and sends. */
  function application(send: Send, { before = [], after = [] }: Mounted = {}): Express {
    const app = express()
    app.set('views', folder).set('view engine', 'view')
    app.engine('view', (_path, _options, done) => done(null, 'a view'))
    const handler: express5.RequestHandler = (req, res, next) => {
      store.sessions.of(req).visits = 8
      return send(res, req, next)
    }
    return app.use(...before, session(store.sessions), ...after, handler)
  }

  test.each(SENT)('%s leaves when the store has acknowledged, as Express sends it', async (_, send, line) => {
    const plain = express().set('views', folder).set('view engine', 'view')
    plain.engine('view', (__, ___, done) => done(null, 'a view'))
    plain.use((req, res, next) => send(res, req, next))
    const expected = await rawAnswer(await serving(plain), line)
    let socket: Socket | undefined
    const app = application((res, req, next) => {
      socket = req.socket
      return send(res, req, next)
    })
    const answer = rawAnswer(await serving(app), line)
    const commit = await store.asked('commit')
    await settled()
    expect(socket?.bytesWritten).toBe(0)
    commit.fulfil()
    expect(withoutSession(await answer)).toBe(withoutSession(expected))
    expect(await answer).toMatch(/\r\nSet-Cookie: session=/)
    expect(store.count.commit).toBe(1)
  })

  test('a 304 leaves when the store has acknowledged', async () => {
    const port = await serving(application((res) => res.send('ok')))
    const first = fetch(`http://127.0.0.1:${port}`)
    ;(await store.asked('commit')).fulfil()
    const headers = { 'if-none-match': (await first).headers.get('etag') ?? '', 'cache-control': 'max-age=0' }
    const again = fetch(`http://127.0.0.1:${port}`, { headers })
    ;(await store.asked('commit')).fulfil()
    expect((await again).status).toBe(304)
  })

  test.each(SENT.filter(([what]) => !/404 of|error that/.test(what)))(
    '%s is dropped, and the error handler of the application answers on a fresh response',
    async (_, send, line) => {
      const app = application(send)
      const seen: unknown[] = []
      app.use(
        (error: NodeJS.ErrnoException & { status: number }, req: Request, res: ExpressResponse, next: NextFunction) => {
          if (error.code !== 'ERR_STORE_UNAVAILABLE') return next(error)
          seen.push(res.headersSent, res.statusCode, res.writableEnded, res.get('content-length'), res.get('location'))
          expect(() => (store.sessions.of(req).visits = 9)).toThrow(
            expect.objectContaining({ code: 'ERR_SESSION_SENT' }),
          )
          res.status(error.status).type('text').send('Back soon')
        },
      )
      const answer = rawAnswer(await serving(app), line)
      ;(await store.asked('commit')).fail()
      const [head = '', body] = (await answer).split('\r\n\r\n')
      expect(head).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/)
      expect(head).toMatch(/\r\nContent-Length: 9\r\n/)
      expect(head).not.toMatch(
        /\r\n(?:Set-Cookie|Location|Content-Disposition|Accept-Ranges|Last-Modified|Transfer-Encoding):/,
      )
      expect(body).toBe(line === undefined ? 'Back soon' : '')
      expect(seen).toEqual([false, 200, false, undefined, undefined])
      expect(store.count.commit).toBe(1)
    },
  )

  test.each(['GET', 'POST'])(
    'where the application has no error handler, Express answers 503 with Retry-After: %s',
    async (method) => {
      const port = await serving(application((res) => res.redirect('/dashboard')).set('env', 'test'))
      const answer = fetch(`http://127.0.0.1:${port}`, {
        method,
        redirect: 'manual',
        ...(method === 'POST' ? { body: LONG } : {}),
      })
      ;(await store.asked('commit')).fail()
      const response = await answer
      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toBe('5')
      expect(response.headers.get('location')).toBeNull()
    },
  )

  test.each<[string, number, string, Send]>([
    ['render', 503, 'a view', (res) => res.status(503).render('page')],
    ['sendFile', 503, LONG, (res) => res.status(503).sendFile(file)],
    ['redirect', 302, 'Found. Redirecting to /sorry', (res) => res.redirect('/sorry')],
    ['a pipe', 503, 'a view', (res) => Readable.from(['a ', 'view']).pipe(res.status(503))],
    ['writes', 200, 'a view', (res) => (res.write('a '), res.end('view'))],
    ['a bare end', 200, 'a view', (res) => res.end('a view')],
    ['a later answer', 503, 'a view', (res) => setImmediate(() => res.status(503).send('a view'))],
    ['a later bare end', 200, 'a view', (res) => setImmediate(() => res.end('a view'))],
  ])('the error handler may answer by %s', async (_, status, page, answerError) => {
    const app = application((res) => res.json({ ok: true }))
    app.use((_error: unknown, req: Request, res: ExpressResponse, next: NextFunction) => {
      answerError(res, req, next)
    })
    const answer = fetch(`http://127.0.0.1:${await serving(app)}`, { redirect: 'manual' })
    ;(await store.asked('commit')).fail()
    const response = await answer
    expect(response.status).toBe(status)
    expect(await response.text()).toBe(page)
    expect(store.count.commit).toBe(1)
  })

  test('a writer that goes on while the error page is on its way does not get into it', async () => {
    const app = application(async (res) => {
      for (let token = 0; token < 20; token++) {
        res.write(`token ${token} `)
        await settled()
      }
      res.end('end')
    })
    app.use(async (_error: unknown, _req: Request, res: ExpressResponse, _next: NextFunction) => {
      for (let turn = 0; turn < 4; turn++) await settled()
      res.status(503).send('Back soon')
    })
    const answer = fetch(`http://127.0.0.1:${await serving(app)}`)
    const commit = await store.asked('commit')
    await settled()
    commit.fail()
    expect((await answer).status).toBe(503)
    expect(await (await answer).text()).toBe('Back soon')
  })

  test('an error after the first write closes the connection, as without sessions', async () => {
    const broken = (_req: Request, res: ExpressResponse): never => {
      res.write('first')
      throw Object.assign(new Error('handler failed'), { stack: 'handler failed' })
    }
    const failure = async (app: Express): Promise<unknown> => {
      const url = `http://127.0.0.1:${await serving(app.set('env', 'test'))}`
      return fetch(url)
        .then((response) => response.text())
        .catch((error: unknown) => error)
    }
    expect(await failure(express().use(broken))).toBeInstanceOf(TypeError)
    const failed = failure(express().use(session(store.sessions), broken))
    const commit = await store.asked('commit')
    expect(await failed).toBeInstanceOf(TypeError)
    commit.fulfil()
    await settled()
    expect(store.count.commit).toBe(1)
  })

  test('what Node refuses goes to the error handler, and the session is kept', async () => {
    const app = application((res) => {
      res.statusCode = 42
      res.end('ok')
    })
    app.use((error: NodeJS.ErrnoException, _req: Request, res: ExpressResponse, _next: NextFunction) => {
      res.status(500).send(error.code)
    })
    const answer = fetch(`http://127.0.0.1:${await serving(app)}`)
    ;(await store.asked('commit')).fulfil()
    const response = await answer
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('ERR_HTTP_INVALID_STATUS_CODE')
    expect(response.headers.getSetCookie()).toHaveLength(1)
  })

  const compressed: [string, Mounted][] = [
    ['before', { before: [compression()] }],
    ['after', { after: [compression()] }],
  ]

  describe.each(compressed)('with compression mounted %s the sessions', (_, mounted) => {
    const parts = LONG.match(/[^]{1,5000}/g) ?? []

    test.each<[string, string, Send]>([
      ['a long text', LONG, (res) => res.send(LONG)],
      ['a file', LONG, (res) => res.sendFile(file)],
      ['a pipe', LONG, (res) => Readable.from(parts).pipe(res.type('text'))],
      ['a text in writes', LONG + LONG, (res) => (res.type('text').write(LONG), res.write(LONG), res.end())],
      [
        'what a writer sends that waits for drain',
        LONG.repeat(10),
        async (res) => {
          res.type('text')
          for (let count = 0; count < 10; count++) if (!res.write(LONG)) await once(res, 'drain')
          res.end()
        },
      ],
    ])('%s arrives, whenever the store acknowledges', async (__, text, send) => {
      const url = `http://127.0.0.1:${await serving(application(send, mounted))}`
      for (const wait of [() => Promise.resolve(), settled]) {
        const answer = fetch(url)
        const commit = await store.asked('commit')
        await wait()
        commit.fulfil()
        const response = await answer
        expect(await response.text()).toBe(text)
        expect(response.headers.get('content-encoding')).toBe('gzip')
        expect(response.headers.getSetCookie()).toHaveLength(1)
      }
    })

    test.each<[string, Send]>([
      ['a short text', (res) => res.send('ok')],
      ['a long text', (res) => res.send(LONG)],
      ['a file', (res) => res.sendFile(file)],
      ['a pipe', (res) => Readable.from(parts).pipe(res.type('text'))],
    ])('%s is dropped for the error page, short or long', async (__, send) => {
      for (const page of ['Back soon', LONG]) {
        const app = application(send, mounted)
        app.use((_error: unknown, req: Request, res: ExpressResponse, _next: NextFunction) => {
          if (req.url === '/pipe') Readable.from(page.match(/[^]{1,5000}/g) ?? []).pipe(res.status(503).type('text'))
          else res.status(503).type('text').send(page)
        })
        const port = await serving(app)
        for (const path of ['/send', '/pipe']) {
          const answer = fetch(`http://127.0.0.1:${port}${path}`)
          const commit = await store.asked('commit')
          await settled()
          commit.fail()
          const response = await answer
          expect(response.status).toBe(503)
          expect(await response.text()).toBe(page)
          expect(response.headers.getSetCookie()).toEqual([])
        }
      }
    })
  })

  test.each(['before', 'after'])(
    'beside another middleware that sets its cookie when the headers leave, mounted %s',
    async (where) => {
      const other = cookieSession({ name: 'other', keys: ['a key'] })
      const app = application(
        (res, req) => {
          Reflect.set(Reflect.get(req, 'other') ?? Reflect.get(req, 'session'), 'a', 1)
          res.send('ok')
        },
        where === 'before' ? { before: [other] } : { after: [other] },
      )
      const answer = fetch(`http://127.0.0.1:${await serving(app)}`)
      ;(await store.asked('commit')).fulfil()
      const names = (await answer).headers.getSetCookie().map((line) => line.split('=')[0])
      expect(names.toSorted()).toEqual(['other', 'other.sig', 'session'])
    },
  )
})

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('%s', (_, express) => {
  test.each<[string, (res: ExpressResponse, next: NextFunction) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('a slip')
      },
    ],
    ['answers again', (res) => res.send('again')],
    ['hands on an error', (_res, next) => next(new Error('a slip'))],
  ])(
    'a handler that answers and then %s: the first answer reaches the visitor, as without sessions',
    async (__, slip) => {
      const app = express().set('env', 'test').use(session(store.sessions))
      app.get('/', (req, res, next) => {
        store.sessions.of(req).visits = 8
        res.send('result')
        slip(res, next)
      })
      const answer = rawAnswer(await serving(app))
      const commit = await store.asked('commit')
      await settled()
      commit.fulfil()
      expect(await answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Set-Cookie: session=[\s\S]*\r\n\r\nresult$/)
    },
  )
})
