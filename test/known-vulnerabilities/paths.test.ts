import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { DatabaseSync } from 'node:sqlite'
import { getRequestListener } from '@hono/node-server'
import { Router } from '@koa/router'
import express5, { type Express } from 'express'
import express4 from 'express4'
import fastifyOf from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { expect, test } from 'vitest'
import * as forExpress from '../../src/adapters/express.ts'
import * as forFastify from '../../src/adapters/fastify.ts'
import * as forHono from '../../src/adapters/hono.ts'
import * as forKoa from '../../src/adapters/koa.ts'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { createSessions } from '../../src/index.ts'
import { SECRET } from '../support/visitor.ts'

const sessions = createSessions({ name: 'session', secrets: [SECRET] })

async function openIdentity() {
  const registry = sqliteRegistry(new DatabaseSync(':memory:'))
  await registry.migrate()
  return createIdentity({ sessions, verify: userSessions(registry), loadUser: (id: number) => ({ id }) })
}

type Identity = Awaited<ReturnType<typeof openIdentity>>

const PAGE = 'for members alone'

function inExpress(make: () => Express): (identity: Identity) => RequestListener {
  return (identity) =>
    make()
      .use(forExpress.session(sessions))
      .use('/account', forExpress.requireUser(identity))
      .get('/account', (_req, res) => void res.send(PAGE))
      .get('/account/plan', (_req, res) => void res.send(PAGE))
}

async function inFastify(identity: Identity): Promise<RequestListener> {
  const app = fastifyOf({
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false },
  })
  await app.register(forFastify.coatcheck, { sessions })
  await app.register(
    async (account) => {
      account.addHook('preHandler', forFastify.requireUser(identity))
      account.get('/', () => PAGE)
      account.get('/plan', () => PAGE)
    },
    { prefix: '/account' },
  )
  await app.ready()
  return (request, response) => app.routing(request, response)
}

function inHono(identity: Identity): RequestListener {
  const app = new Hono()
  app.use(forHono.session(sessions))
  app.use('/account/*', forHono.requireUser(identity))
  app.get('/account', (c) => c.text(PAGE))
  app.get('/account/plan', (c) => c.text(PAGE))
  return getRequestListener(app.fetch)
}

/** At each route: `router.use` of @koa/router 15 tells upper and lower case apart where its routes do not. */
function inKoa(identity: Identity): RequestListener {
  const router = new Router({ prefix: '/account' })
  const members = forKoa.requireUser(identity)
  router.get('/', members, (ctx) => void (ctx.body = PAGE))
  router.get('/plan', members, (ctx) => void (ctx.body = PAGE))
  return new Koa().use(forKoa.session(sessions)).use(router.routes()).callback()
}

/** What a client that normalizes nothing may write into its request line. */
const TARGETS = ['/account', '/account/plan'].flatMap((path) => [
  path,
  path.replace('account', '%61ccount'),
  path.replace('account', '%2561ccount'),
  path.replace('account', 'ACCOUNT'),
  `/${path}`,
  `${path}/`,
  `${path}//`,
  `/.${path}`,
  `/x/..${path}`,
  `/account/..${path}`,
  path.replace('/plan', '//plan'),
  path.replace('/plan', '%2fplan'),
  path.replace('/plan', '/%70lan'),
  `${path};a=b`,
  `${path}?a=/`,
  `${path}%00`,
  `http://x${path}`,
  `http://x/sign-in?${path}`,
])
const HOSTS = ['localhost', 'x/account?', 'x#', 'x:80@localhost']

/** CVE-2026-22031, CVE-2026-22037, CVE-2026-33131, CVE-2026-44573, CVE-2026-44574 */
test.each([
  ['Express 5', inExpress(express5)],
  ['Express 4', inExpress(express4)],
  ['Fastify', inFastify],
  ['Hono', inHono],
  ['Koa', inKoa],
] as const)(
  'in %s nobody gets around requireUser that is mounted on a path, however the path or the host is spelled',
  async (_, mount) => {
    const server = createServer(await mount(await openIdentity()))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // as: a TCP server has such an address
    try {
      const answers = await Promise.all(
        TARGETS.flatMap((target) =>
          HOSTS.map(async (host) => {
            const socket = connect(port, '127.0.0.1')
            socket.end(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
            return { target, host, answer: await text(socket) }
          }),
        ),
      )
      expect(answers.filter(({ answer }) => answer.includes(PAGE))).toEqual([])
      const plain = answers.find(({ target, host }) => target === '/account' && host === 'localhost')
      expect(plain?.answer).toMatch(/^HTTP\/1\.1 401 /)
    } finally {
      server.close()
    }
  },
)
