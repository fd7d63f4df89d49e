import Koa from 'koa'
import { serveKoa } from '../../servers/koa-server.ts'
import { NO_SESSIONS } from '../../servers/session-access.ts'

const app = new Koa().use(async (_ctx, next) => {
  await next()
})

await serveKoa(app, NO_SESSIONS)
