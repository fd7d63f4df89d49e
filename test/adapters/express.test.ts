import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import express5, { type Express } from 'express'
import express4 from 'express4'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { createSessions } from '../../src/index.ts'
import { SECRET } from '../support/visitor.ts'
import { listen } from './held-world.ts'

const sessions = createSessions<{ accountId: number }>({ name: 'session', secrets: [SECRET] })

type Ask = (path: string, headers?: Record<string, string>) => Promise<Response>

/** An application of that version, and how to ask it. */
async function serve(express: typeof express5, define: (app: Express) => void): Promise<Ask> {
  const app = express().set('env', 'test').use(session(sessions))
  define(app)
  const port = await listen(createServer(app))
  return (path, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers })
}

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('%s', (_, express) => {
  test('a conditional request is answered with 304 and Vary', async () => {
    const ask = await serve(express, (app) => {
      app.get('/', (req, res) => void res.send(`account ${sessions.of(req).accountId}`))
    })
    const first = await ask('/')
    const headers = { 'if-none-match': first.headers.get('etag') ?? '', 'cache-control': 'max-age=0' }
    const again = await ask('/', headers)
    expect(again.status).toBe(304)
    expect(again.headers.get('vary')).toBe('Cookie')
  })

  test('a file that nobody asked the session about stays cacheable', async () => {
    const ask = await serve(express, (app) => void app.use(express.static('docs')))
    const response = await ask('/format.md')
    expect(response.status).toBe(200)
    expect(response.headers.get('vary')).toBeNull()
    expect(response.headers.get('cache-control')).toBe('public, max-age=0')
  })

  test('Express answers 503 with Retry-After by itself when a handler asks who is there and the record is away', async () => {
    const database = new DatabaseSync(':memory:')
    const registry = sqliteRegistry(database)
    await registry.migrate()
    const identity = createIdentity({ sessions, verify: userSessions(registry), loadUser: (id: number) => ({ id }) })
    const ask = await serve(express, (app) => {
      app.get('/sign-in', (req, res, next) => {
        identity.signIn(sessions.of(req), 7).then(() => res.end(), next)
      })
      app.get('/', (req, res, next) => {
        identity.currentUser(sessions.of(req)).then((user) => res.json(user), next)
      })
    })
    const signedIn = await ask('/sign-in')
    database.close()
    const response = await ask('/', { cookie: signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '' })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
  })

  test('req.session belongs to the sessions that the route has, and to another library where that brings its own', async () => {
    const others = createSessions<{ accountId: number }>({ name: 'other', secrets: [SECRET] })
    const app = express().set('env', 'test')
    app.use('/ours', session(sessions), session(others), (req, res) => {
      res.json([req.session === sessions.of(req), req.session === others.of(req)])
    })
    app.use('/others', session(others), (req, res) => void res.json(req.session === others.of(req)))
    app.use('/foreign', (req, res) => {
      const before: unknown = req.session
      Object.assign(req, { session: 'foreign' })
      res.json([before === undefined, req.session])
    })
    const port = await listen(createServer(app))
    const ask = async (path: string): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}${path}`)).json()
    expect(await ask('/ours')).toEqual([true, false])
    expect(await ask('/others')).toBe(true)
    expect(await ask('/foreign')).toEqual([true, 'foreign'])
    expect(await ask('/ours')).toEqual([true, false])
  })
})
