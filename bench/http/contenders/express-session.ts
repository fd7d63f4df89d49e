import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import express, { type RequestHandler } from 'express'
import { serveExpress } from '../../servers/express-server.ts'
import type { VisitorSession } from '../../servers/visitor-session.ts'

/** What of `express-session` is used here. Its own types give `req.session` another type than ours do. */
type ExpressSession = (options: { resave: boolean; saveUninitialized: boolean; secret: string }) => RequestHandler

const require = createRequire(import.meta.url)
const session = require('express-session') as ExpressSession // as: CommonJS, typed any

// In production it warns that its memory store is for development. It is the cheapest store that it has.
process.env['NODE_ENV'] = 'development'
const middleware = session({
  resave: false,
  saveUninitialized: false,
  secret: randomBytes(32).toString('base64url'),
})

// as: the middleware above put it there
await serveExpress(express().use(middleware), { of: (req) => req.session as VisitorSession })
