import { randomBytes } from 'node:crypto'
import { serve } from '@hono/node-server'
import { createSessions } from 'coatcheck'
import { session } from 'coatcheck/hono'
import { Hono } from 'hono'

const sessions = createSessions<{ userId: number; accountId: number }>({
  name: 'session',
  secrets: [process.env.SESSION_SECRET ?? randomBytes(32).toString('hex')],
})

const app = new Hono().use(session(sessions))

app.post('/sign-in', (c) => {
  const session = sessions.of(c)
  session.renew() // a new id: a cookie from before is worth nothing after
  session.userId = 7 // whom your check of the password found
  return c.redirect('/', 303)
})

app.post('/accounts/:id', (c) => {
  const session = sessions.of(c)
  session.accountId = Number(c.req.param('id'))
  session.flash.notice = `Switched to account ${session.accountId}`
  return c.redirect('/', 303)
})

app.get('/', (c) => {
  const { userId, accountId, flash } = sessions.of(c)
  return c.json({ userId, accountId, notice: flash.notice })
})

app.post('/sign-out', (c) => {
  sessions.of(c).destroy()
  return c.redirect('/', 303)
})

const port = Number(process.env.PORT ?? 3000)
serve({ fetch: app.fetch, port }, () => console.log(`http://localhost:${port}`))
