import { Hono } from 'hono'
import { serveHono } from '../../servers/hono-server.ts'
import { NO_SESSIONS } from '../../servers/session-access.ts'

const app = new Hono().use(async (_c, next) => {
  await next()
})

await serveHono(app, NO_SESSIONS)
