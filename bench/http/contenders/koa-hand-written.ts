import Koa from 'koa'
import { serveKoa } from '../../servers/koa-server.ts'
import { openSession, sealSession } from '../hand-written.ts'

await serveKoa(new Koa(), {
  of: (ctx) => openSession(ctx.req.headers.cookie),
  save: (session, ctx) => ctx.append('Set-Cookie', sealSession(session)),
})
