import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { RedisStore } from 'connect-redis'
import express, { type RequestHandler } from 'express'
import { serveExpress } from '../servers/express-server.ts'
import { nodeRedis } from './redis-clients.ts'
import type { VisitorSession } from '../servers/visitor-session.ts'

/** What of `express-session` is used here. Its own types give `req.session` another type than ours do. */
type ExpressSession = (options: {
  store: RedisStore
  resave: boolean
  saveUninitialized: boolean
  secret: string
}) => RequestHandler

const require = createRequire(import.meta.url)
const session = require('express-session') as ExpressSession // as: CommonJS, typed any

/** Express with express-session and connect-redis, as the documentation of connect-redis has it. */
export async function serveExpressSession(options: { readonly disableTouch?: boolean } = {}): Promise<void> {
  const middleware = session({
    store: new RedisStore({ client: await nodeRedis(), ...options }),
    resave: false,
    saveUninitialized: false,
    secret: randomBytes(32).toString('base64url'),
  })
  // as: the middleware above put it there
  await serveExpress(express().use(middleware), { of: (req) => req.session as VisitorSession })
}
