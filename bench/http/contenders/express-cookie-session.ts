import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import express, { type RequestHandler } from 'express'
import { serveExpress } from '../../servers/express-server.ts'
import type { VisitorSession } from '../../servers/visitor-session.ts'

const require = createRequire(import.meta.url)
// as: CommonJS, and what of it is used here
const cookieSession = require('cookie-session') as (options: { name: string; keys: string[] }) => RequestHandler

const middleware = cookieSession({ name: 'session', keys: [randomBytes(32).toString('base64url')] })

// as: the middleware above put it there
await serveExpress(express().use(middleware), { of: (req) => req.session as VisitorSession })
