import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import express5 from 'express'
import express4 from 'express4'
import { afterEach, describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { createSessions } from '../../src/index.ts'
import { SECRET } from '../support/visitor.ts'

interface Data {
  accountId: number
}

const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET] })
const running: Server[] = []

afterEach(() => {
  for (const server of running.splice(0)) server.close()
})

/** An application of that version, and how to ask it. */
async function serve(
  express: typeof express5,
  define: (app: express5.Express) => void,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const app = express()
  app.use(session(sessions))
  define(app)
  const server = app.listen(0, '127.0.0.1')
  running.push(server)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // as: a TCP server has such an address
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init })
}

function cookieOf(response: Response): string {
  return response.headers.getSetCookie().at(-1)?.split(';')[0] ?? ''
}

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('%s', (_, express) => {
  test('what one request writes the next one reads, through sessions.of and req.session alike', async () => {
    const ask = await serve(express, (app) => {
      app.post('/switch/:id', (req, res) => {
        const held = sessions.of(req)
        held.accountId = Number(req.params.id)
        held.flash.notice = 'Switched'
        res.redirect(303, '/dashboard')
      })
      app.get('/dashboard', (req, res) => {
        expect(req.session).toBe(sessions.of(req))
        res.json({ account: req.session.accountId, notice: req.session.flash.notice ?? null })
      })
    })
    const switched = await ask('/switch/7', { method: 'POST' })
    expect(switched.status).toBe(303)
    expect(switched.headers.get('location')).toBe('/dashboard')
    const first = await ask('/dashboard', { headers: { cookie: cookieOf(switched) } })
    expect(await first.json()).toEqual({ account: 7, notice: 'Switched' })
    const second = await ask('/dashboard', { headers: { cookie: cookieOf(first) } })
    expect(await second.json()).toEqual({ account: 7, notice: null })
    expect(second.headers.getSetCookie()).toEqual([])
  })

  test("the application's cookies survive beside ours", async () => {
    const ask = await serve(express, (app) => {
      app.get('/', (req, res) => {
        res.cookie('a', '1')
        sessions.of(req).accountId = 7
        res.cookie('b', '2')
        res.send('ok')
      })
    })
    const response = await ask('/')
    expect(response.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual(['a', 'b', 'session'])
  })

  test('Secure follows trust proxy', async () => {
    const define = (app: express5.Express): void => {
      app.get('/', (req, res) => {
        sessions.of(req).accountId = 7
        res.send('ok')
      })
    }
    const headers = { 'x-forwarded-proto': 'https' }
    const wary = await serve(express, define)
    expect((await wary('/', { headers })).headers.getSetCookie()[0]).not.toContain('Secure')
    const trusting = await serve(express, (app) => {
      app.set('trust proxy', true)
      define(app)
    })
    expect((await trusting('/', { headers })).headers.getSetCookie()[0]).toContain('; Secure')
  })

  test('a thrown error is answered by the error handler, which may flash and redirect', async () => {
    const ask = await serve(express, (app) => {
      app.get('/', (req) => {
        sessions.of(req).accountId = 7
        throw new Error('handler failed')
      })
      app.use((_error: unknown, req: express5.Request, res: express5.Response, _next: express5.NextFunction) => {
        sessions.of(req).flash.alert = 'Something went wrong'
        res.redirect(303, '/sorry')
      })
      app.get('/sorry', (req, res) => void res.json({ ...req.session, alert: req.session.flash.alert }))
    })
    const failed = await ask('/')
    const sorry = await ask('/sorry', { headers: { cookie: cookieOf(failed) } })
    expect(await sorry.json()).toEqual({ accountId: 7, alert: 'Something went wrong' })
  })

  test('a wrong assignment is a 500 of that request alone, and names the key and not the value', async () => {
    const ask = await serve(express, (app) => {
      app.get('/', (req, res) => {
        Reflect.set(sessions.of(req), 'account', new Date(0))
        res.send('never')
      })
    })
    const response = await ask('/')
    expect(response.status).toBe(500)
    expect(response.headers.getSetCookie()).toEqual([])
  })

  test('a stream carries the session', async () => {
    const ask = await serve(express, (app) => {
      app.get('/', (req, res) => {
        sessions.of(req).accountId = 7
        Readable.from(['a', 'b']).pipe(res)
      })
    })
    const response = await ask('/')
    expect(await response.text()).toBe('ab')
    expect(cookieOf(response)).toMatch(/^session=/)
  })

  test('a conditional request is answered with 304 and Vary', async () => {
    const ask = await serve(express, (app) => {
      app.get('/', (req, res) => void res.send(`account ${sessions.of(req).accountId}`))
    })
    const first = await ask('/')
    const headers = { 'if-none-match': first.headers.get('etag') ?? '', 'cache-control': 'max-age=0' }
    const again = await ask('/', { headers })
    expect(again.status).toBe(304)
    expect(again.headers.get('vary')).toBe('Cookie')
  })

  test('HEAD carries the session', async () => {
    const ask = await serve(express, (app) => {
      app.get('/', (req, res) => {
        sessions.of(req).accountId = 7
        res.send('ok')
      })
    })
    expect(cookieOf(await ask('/', { method: 'HEAD' }))).toMatch(/^session=/)
  })

  test('a mounted application that brings the middleware again sends one cookie', async () => {
    const ask = await serve(express, (app) => {
      const mounted = express()
      mounted.use(session(sessions))
      mounted.get('/', (req, res) => {
        sessions.of(req).accountId = 7
        res.send('ok')
      })
      app.use('/inner', mounted)
    })
    expect((await ask('/inner')).headers.getSetCookie()).toHaveLength(1)
  })

  test('a file that nobody asked the session about stays cacheable', async () => {
    const ask = await serve(express, (app) => void app.use(express.static('docs')))
    const response = await ask('/format.md')
    expect(response.status).toBe(200)
    expect(response.headers.get('vary')).toBeNull()
    expect(response.headers.get('cache-control')).toBe('public, max-age=0')
  })
})
