import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { createSessions } from '../../src/index.ts'
import { FakeClock, SECRET } from '../support/visitor.ts'

const servers: Server[] = []

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // as: a TCP server has such an address
}

/**
 * A shared cache that does the least that RFC 9111 asks of it, and, as some of them, neither looks at `Vary` nor takes
 * `Set-Cookie` for a reason not to store: what may be stored is stored, and given to everybody.
 */
function cacheBefore(origin: string): RequestListener {
  const stored = new Map<string, { status: number; headers: Headers; body: string }>()
  return async (request, response) => {
    const key = `${request.method} ${request.url}`
    let answer = stored.get(key)
    if (answer === undefined) {
      const { cookie = '' } = request.headers
      const fetched = await fetch(origin + request.url, { method: request.method ?? 'GET', headers: { cookie } })
      answer = { status: fetched.status, headers: fetched.headers, body: await fetched.text() }
      const control = (answer.headers.get('cache-control') ?? '').toLowerCase()
      const isFresh = /public|s-maxage|max-age=[1-9]/.test(control) || answer.headers.has('expires')
      if (isFresh && !/no-store|private|no-cache/.test(control)) stored.set(key, answer)
    }
    response.statusCode = answer.status
    response.setHeaders(answer.headers)
    response.removeHeader('content-encoding')
    response.removeHeader('transfer-encoding')
    response.removeHeader('content-length')
    response.end(answer.body)
  }
}

const clock = new FakeClock()
let site = ''

beforeAll(async () => {
  const sessions = createSessions<{ userId: number }>({ name: 'session', secrets: [SECRET], clock: clock.now })
  const app = express().use(session(sessions))
  app.get('/sign-in/:id', (req, res) => {
    sessions.of(req).userId = Number(req.params.id)
    res.set('cache-control', 'public, max-age=600').send('signed in')
  })
  app.get('/slides', (req, res) => {
    void sessions.of(req).userId
    res.set('cache-control', 'public, s-maxage=600').send('a page for everybody')
  })
  app.get('/unchanged', (req, res) => {
    sessions.of(req).touch()
    res.set('expires', 'Thu, 01 Jan 2099 00:00:00 GMT').status(304).end()
  })
  app.get('/static', (_req, res) => void res.set('cache-control', 'public, max-age=600').send(`${Math.random()}`))
  site = await listen(cacheBefore(await listen(app)))
})

afterAll(() => {
  for (const server of servers) server.close()
})

async function ask(path: string, cookie = ''): Promise<{ setCookie: string[]; body: string }> {
  const response = await fetch(site + path, { headers: { cookie } })
  return { setCookie: response.headers.getSetCookie(), body: await response.text() }
}

/** CVE-2025-48947, CVE-2025-64762: a CDN stored one visitor's session cookie, and gave it to the next. */
test('a shared cache that stores whatever it may gives nobody the cookie of somebody else', async () => {
  expect((await ask('/static')).body).toBe((await ask('/static')).body)
  const own = (await ask('/sign-in/7')).setCookie[0]?.split(';')[0] ?? ''
  expect(own).toMatch(/^session=./)
  const other = (await ask('/sign-in/7')).setCookie[0]?.split(';')[0] ?? ''
  expect(other).not.toBe(own)
  clock.advance(3 * 86_400)
  for (const path of ['/slides', '/unchanged']) {
    expect((await ask(path, own)).setCookie).toHaveLength(1)
    expect((await ask(path)).setCookie).toEqual([])
  }
})
