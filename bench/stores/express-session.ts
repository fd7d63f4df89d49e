import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import express, { type RequestHandler } from 'express'
import type expressSession from 'express-session'
import { serveExpress } from '../servers/express-server.ts'
import type { VisitorSession } from '../servers/visitor-session.ts'

/** What of `express-session` is used here. Its own types give `req.session` another type than ours do. */
type ExpressSession = (options: {
  store: expressSession.Store
  resave: boolean
  saveUninitialized: boolean
  secret: string
}) => RequestHandler

const require = createRequire(import.meta.url)
export const session = require('express-session') as ExpressSession & typeof expressSession // as: CommonJS, typed any

/** Express with express-session and that store, as the documentation of its stores has it. */
export async function serveExpressSession(store: expressSession.Store): Promise<void> {
  const middleware: RequestHandler = session({
    store,
    resave: false,
    saveUninitialized: false,
    secret: randomBytes(32).toString('base64url'),
  })
  // as: the middleware above put it there
  await serveExpress(express().use(middleware), { of: (req) => req.session as VisitorSession })
}
