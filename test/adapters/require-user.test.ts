import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import express5 from 'express'
import express4 from 'express4'
import { afterEach, describe, expect, test } from 'vitest'
import { requireUser as requireUserOfExpress, session as expressSession } from '../../src/adapters/express.ts'
import { requireUser as requireUserOfNode, session as nodeSession, type Denial } from '../../src/adapters/node.ts'
import { requireUser as requireUserOfWeb, session as webSession } from '../../src/adapters/web.ts'
import { createIdentity, userSessions, type DeviceIdentity } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { createSessions, type Sessions } from '../../src/index.ts'
import { SECRET } from '../support/visitor.ts'

interface User {
  readonly id: number
  readonly name: string
  revoked: boolean
}

interface World {
  readonly sessions: Sessions<{ step: number }>
  readonly identity: DeviceIdentity<number, User>
  readonly user: User
  /** The database goes away. */
  breakDatabase(): void
}

async function openWorld(): Promise<World> {
  const database = new DatabaseSync(':memory:')
  const registry = sqliteRegistry(database)
  await registry.migrate()
  const user: User = { id: 7, name: 'Ada', revoked: false }
  const sessions = createSessions<{ step: number }>({ name: 'session', secrets: [SECRET] })
  const identity = createIdentity({
    sessions,
    verify: userSessions(registry),
    loadUser: (id: number) => (id === user.id ? user : null),
    allow: ({ revoked }) => !revoked,
  })
  return { sessions, identity, user, breakDatabase: () => database.close() }
}

/** How the application answers whom it does not let in. */
interface Choice {
  readonly signInPath?: string
  readonly inItsOwnWords?: boolean
}

type Serve = (world: World, choice: Choice) => Promise<(path: string, cookie?: string) => Promise<Response>>

const running: Server[] = []
afterEach(() => {
  for (const server of running.splice(0)) server.close()
})

async function listen(server: Server): Promise<string> {
  running.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // as: a TCP server has such an address
  return `http://127.0.0.1:${port}`
}

function client(url: string): (path: string, cookie?: string) => Promise<Response> {
  return (path, cookie) => fetch(url + path, { redirect: 'manual', headers: cookie === undefined ? {} : { cookie } })
}

const inOwnWords = {
  deny: (_request: unknown, response: ServerResponse, { status, because }: Denial) => {
    response.statusCode = status
    response.end(`own words: ${because ?? 'no reason'}`)
  },
}

const withExpress =
  (express: typeof express5): Serve =>
  async ({ sessions, identity }, { signInPath, inItsOwnWords }) => {
    const app = express()
    app.use(expressSession(sessions))
    app.get('/sign-in', async (req, res) => {
      await identity.signIn(sessions.of(req), 7)
      res.end('signed in')
    })
    const options = inItsOwnWords === true ? inOwnWords : { signInPath }
    app.get('/account', requireUserOfExpress(identity, options), async (req, res) => {
      const user = await identity.currentUser(sessions.of(req))
      res.end(`Hello, ${user?.name}`)
    })
    return client(await listen(createServer(app)))
  }

const withNode: Serve = async ({ sessions, identity }, { signInPath, inItsOwnWords }) => {
  const options = inItsOwnWords === true ? inOwnWords : { signInPath }
  const account = requireUserOfNode(
    identity,
    (_request: IncomingMessage, response: ServerResponse, user) => response.end(`Hello, ${user.name}`),
    options,
  )
  const handler = nodeSession(sessions, async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url !== '/sign-in') return account(request, response)
    await identity.signIn(sessions.of(request), 7)
    response.end('signed in')
    return undefined
  })
  return client(await listen(createServer((request, response) => void handler(request, response))))
}

const withWeb: Serve = async ({ sessions, identity }, { signInPath, inItsOwnWords }) => {
  const account = requireUserOfWeb(
    identity,
    (_request, user) => new Response(`Hello, ${user.name}`),
    inItsOwnWords === true
      ? {
          deny: (_request, { status, because }) => new Response(`own words: ${because ?? 'no reason'}`, { status }),
        }
      : { signInPath },
  )
  const handler = webSession(sessions, async (request) => {
    if (new URL(request.url).pathname !== '/sign-in') return account(request)
    await identity.signIn(sessions.of(request), 7)
    return new Response('signed in')
  })
  return (path, cookie) =>
    handler(new Request(`http://localhost${path}`, { headers: cookie === undefined ? {} : { cookie } }))
}

const SERVERS: readonly (readonly [string, Serve])[] = [
  ['Express 5', withExpress(express5)],
  ['Express 4', withExpress(express4)],
  ['node', withNode],
  ['web', withWeb],
]

function cookieOf(response: Response): string {
  return response.headers.getSetCookie().at(-1)?.split(';')[0] ?? ''
}

describe.each(SERVERS)('requireUser of %s', (_, serve) => {
  test('lets in who is signed in, and answers everybody else with 401 and JSON', async () => {
    const ask = await serve(await openWorld(), {})
    const denied = await ask('/account')
    expect([denied.status, await denied.text()]).toEqual([401, '{"error":"signed-out"}'])
    expect(denied.headers.get('content-type')).toContain('application/json')
    expect(denied.headers.get('cache-control')).toBe('no-store')
    const cookie = cookieOf(await ask('/sign-in'))
    const admitted = await ask('/account', cookie)
    expect([admitted.status, await admitted.text()]).toEqual([200, 'Hello, Ada'])
  })

  test('sends whoever is not signed in to the sign-in page, if the application says where that is', async () => {
    const ask = await serve(await openWorld(), { signInPath: '/sign-in?next=account' })
    const denied = await ask('/account', 'session=rubbish')
    expect(denied.status).toBe(303)
    expect(denied.headers.get('location')).toBe('/sign-in?next=account')
    expect(denied.headers.getSetCookie()).toEqual([])
  })

  test('answers 403 while allow says no, and lets the same cookie in as soon as it says yes', async () => {
    const world = await openWorld()
    const ask = await serve(world, { signInPath: '/sign-in' })
    const cookie = cookieOf(await ask('/sign-in'))
    world.user.revoked = true
    const denied = await ask('/account', cookie)
    expect([denied.status, await denied.text()]).toEqual([403, '{"error":"not-allowed"}'])
    expect(denied.headers.getSetCookie()).toEqual([])
    world.user.revoked = false
    expect((await ask('/account', cookie)).status).toBe(200)
  })

  test('answers 503 with Retry-After when the record cannot be asked, and leaves the cookie alone', async () => {
    const world = await openWorld()
    const ask = await serve(world, { signInPath: '/sign-in' })
    const cookie = cookieOf(await ask('/sign-in'))
    world.breakDatabase()
    const denied = await ask('/account', cookie)
    expect([denied.status, await denied.text()]).toEqual([503, '{"error":"unavailable"}'])
    expect(denied.headers.get('retry-after')).toBe('5')
    expect(denied.headers.getSetCookie()).toEqual([])
  })

  test('lets the application answer in its own words, and say how somebody was signed out', async () => {
    const world = await openWorld()
    const ask = await serve(world, { inItsOwnWords: true })
    const cookie = cookieOf(await ask('/sign-in'))
    await world.identity.revokeUser(7)
    const denied = await ask('/account', cookie)
    expect([denied.status, await denied.text()]).toEqual([401, 'own words: user'])
  })
})

test('Express answers 503 with Retry-After by itself when a handler asks and the record cannot be asked', async () => {
  const world = await openWorld()
  const app = express5()
  app.set('env', 'test')
  app.use(expressSession(world.sessions))
  app.get('/sign-in', async (req, res) => {
    await world.identity.signIn(world.sessions.of(req), 7)
    res.end()
  })
  app.get('/', async (req, res) => {
    res.json(await world.identity.currentUser(world.sessions.of(req)))
  })
  const ask = client(await listen(createServer(app)))
  const cookie = cookieOf(await ask('/sign-in'))
  world.breakDatabase()
  const response = await ask('/', cookie)
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
})
