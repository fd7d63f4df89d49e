import { randomBytes } from 'node:crypto'
import Koa from 'koa'
import { createSession } from 'koa-session'
import { serveKoa } from '../../servers/koa-server.ts'
import type { VisitorSession } from '../../servers/visitor-session.ts'

const app = new Koa()
app.keys = [randomBytes(32).toString('base64url')]
app.use(createSession({ key: 'session' }, app))

// as: the middleware above put it there
await serveKoa(app, { of: (ctx) => ctx['session'] as VisitorSession })
