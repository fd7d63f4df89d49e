import { randomBytes } from 'node:crypto'
import { Router } from '@koa/router'
import { createSessions } from 'coatcheck'
import { session } from 'coatcheck/koa'
import Koa from 'koa'

const sessions = createSessions<{ userId: number; accountId: number }>({
  name: 'session',
  secrets: [process.env.SESSION_SECRET ?? randomBytes(32).toString('hex')],
})

const router = new Router()

router.post('/sign-in', (ctx) => {
  const session = sessions.of(ctx)
  session.renew() // a new id: a cookie from before is worth nothing after
  session.userId = 7 // whom your check of the password found
  ctx.status = 303
  ctx.redirect('/')
})

router.post('/accounts/:id', (ctx) => {
  const session = sessions.of(ctx)
  session.accountId = Number(ctx.params.id)
  session.flash.notice = `Switched to account ${session.accountId}`
  ctx.status = 303
  ctx.redirect('/')
})

router.get('/', (ctx) => {
  const { userId, accountId, flash } = sessions.of(ctx)
  ctx.body = { userId, accountId, notice: flash.notice }
})

router.post('/sign-out', (ctx) => {
  sessions.of(ctx).destroy()
  ctx.status = 303
  ctx.redirect('/')
})

const port = Number(process.env.PORT ?? 3000)
const app = new Koa().use(session(sessions)).use(router.routes())
app.listen(port, () => console.log(`http://localhost:${port}`))
