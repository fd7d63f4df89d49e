import { Hono } from 'hono'
import { serveHono } from '../../servers/hono-server.ts'
import { openSession, sealSession } from '../hand-written.ts'

await serveHono(new Hono(), {
  of: (c) => openSession(c.req.header('cookie')),
  save: (session, c) => c.header('Set-Cookie', sealSession(session), { append: true }),
})
