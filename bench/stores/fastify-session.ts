import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { fastifyCookie } from '@fastify/cookie'
import { RedisStore } from 'connect-redis'
import { fastify, type FastifyPluginCallback } from 'fastify'
import { serveFastify } from '../servers/fastify-server.ts'
import { nodeRedis } from './redis-clients.ts'
import type { VisitorSession } from '../servers/visitor-session.ts'

/** What of `@fastify/session` is used here. Its own types and those of @fastify/secure-session exclude each other. */
type FastifySession = FastifyPluginCallback<{
  store: RedisStore
  secret: string
  rolling?: boolean
  cookie: { secure: boolean }
}>

const require = createRequire(import.meta.url)
const fastifySession = require('@fastify/session') as FastifySession // as: CommonJS, typed any

/** Fastify with @fastify/session and the store of connect-redis, as its documentation has it for http. */
export async function serveFastifySession(options: { readonly rolling?: boolean } = {}): Promise<void> {
  const app = fastify()
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    store: new RedisStore({ client: await nodeRedis() }),
    secret: randomBytes(32).toString('base64url'),
    cookie: { secure: false },
    ...options,
  })
  // as: the plugin put it there
  await serveFastify(app, { of: (request) => request.session as VisitorSession })
}
