import { Hono, type Handler } from 'hono'
import { streamText } from 'hono/streaming'
import { expect, expectTypeOf, test } from 'vitest'
import { session } from '../../src/adapters/hono.ts'
import { createSessions, type Session } from '../../src/index.ts'
import { SlowStore } from '../support/slow-store.ts'
import { SECRET } from '../support/visitor.ts'

interface Data {
  visits: number
}

const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET] })

function carried(response: Response): unknown {
  const opened = sessions.open(response.headers.getSetCookie()[0]?.split(/[=;]/)[1] ?? '')
  return opened.ok ? opened.data : opened.reason
}

test('c.var.session is the session of the request, typed by the sessions that the application uses', async () => {
  const app = new Hono().use(session(sessions)).get('/', (c) => {
    expectTypeOf(c.var.session).toEqualTypeOf<Session<Data>>()
    expect(c.var.session).toBe(sessions.of(c))
    c.var.session.visits = 7
    return c.text('ok')
  })
  expect(carried(await app.request('/'))).toEqual({ visits: 7 })
})

test('a response that a handler fetched carries the session too, once', async () => {
  const fetched = Response.redirect('http://localhost/elsewhere', 303)
  const app = new Hono().use(session(sessions)).get('/', (c) => {
    c.header('X-App', '1')
    c.var.session.visits = 7
    return fetched
  })
  const response = await app.request('/')
  expect(response.status).toBe(303)
  expect(response.headers.getSetCookie()).toHaveLength(1)
  expect(carried(response)).toEqual({ visits: 7 })
})

test('of two that are mounted one in the other the outermost commits: what is between them may still write', async () => {
  const inner = new Hono().use(session(sessions)).get('/', (c) => c.text('ok'))
  const app = new Hono().use(session(sessions))
  app.use(async (c, next) => {
    await next()
    c.var.session.visits = 7
  })
  const response = await app.route('/', inner).request('/')
  expect(carried(response)).toEqual({ visits: 7 })
})

test('a body that streams can read the session, and writing says that it is too late', async () => {
  const arrived = Promise.withResolvers<void>()
  const app = new Hono().use(session(sessions)).get('/', (c) => {
    c.var.session.visits = 7
    return streamText(c, async (stream) => {
      await arrived.promise
      try {
        c.var.session.visits = 8
      } catch (error) {
        await stream.write(`${c.var.session.visits} ${(error as { code?: string }).code}`) // as: it has one
      }
    })
  })
  const response = await app.request('/')
  arrived.resolve()
  expect(await response.text()).toBe('7 ERR_SESSION_SENT')
  expect(carried(response)).toEqual({ visits: 7 })
})

test.each([
  ['503 leaves', undefined, { error: 'unavailable' }],
  [
    "the application's error handler answers",
    (error: Error) => Response.json({ sorry: error.name }, { status: 503 }),
    { sorry: 'SessionError' },
  ],
])('where the store does not acknowledge, %s, without what the handler had set', async (_, onError, body) => {
  const store = new SlowStore()
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    c.header('X-Request-Id', '7')
  })
  app.use(session(store.sessions)).get('/', (c) => {
    c.header('Set-Cookie', 'app=1')
    c.var.session.visits = 7
    return c.redirect('/elsewhere')
  })
  if (onError !== undefined) app.onError(onError)
  const asked = app.request('/')
  const question = await store.asked('commit')
  question.fail()
  const response = await asked
  expect(response.status).toBe(503)
  expect(await response.json()).toEqual(body)
  expect(response.headers.get('location')).toBeNull()
  expect(response.headers.getSetCookie()).toEqual([])
  expect(response.headers.get('x-request-id')).toBe('7')
})

test('a 101 passes as it is, whatever became of the session, and what was forgotten is an error as in Hono alone', async () => {
  const app = new Hono().use(session(sessions))
  let begun: Response | undefined
  app.get('/socket', (c) => {
    c.var.session.visits = 7
    begun = Object.freeze(Object.defineProperty(new Response(), 'status', { value: 101 }))
    return begun
  })
  app.get('/forgotten', ((c) => void (c.var.session.visits = 7)) as Handler<{ Variables: { session: Session<Data> } }>) // as: no handler
  app.onError(({ message }, c) => c.text(message, 500))
  expect(await app.request('/socket')).toBe(begun)
  expect([...(begun?.headers.keys() ?? [])]).toEqual([])
  const forgotten = await app.request('/forgotten')
  expect([forgotten.status, await forgotten.text()]).toEqual([500, expect.stringContaining('not finalized')])
})
