import { randomBytes } from 'node:crypto'
import { createSessions } from 'coatcheck'
import { session } from 'coatcheck/express'
import express from 'express'

const sessions = createSessions<{ userId: number; accountId: number }>({
  name: 'session',
  secrets: [process.env.SESSION_SECRET ?? randomBytes(32).toString('hex')],
})

const app = express().use(session(sessions))

app.post('/sign-in', (req, res) => {
  const session = sessions.of(req)
  session.renew() // a new id: a cookie from before is worth nothing after
  session.userId = 7 // whom your check of the password found
  res.redirect(303, '/')
})

app.post('/accounts/:id', (req, res) => {
  const session = sessions.of(req)
  session.accountId = Number(req.params.id)
  session.flash.notice = `Switched to account ${session.accountId}`
  res.redirect(303, '/')
})

app.get('/', (req, res) => {
  const { userId, accountId, flash } = sessions.of(req)
  res.json({ userId, accountId, notice: flash.notice })
})

app.post('/sign-out', (req, res) => {
  sessions.of(req).destroy()
  res.redirect(303, '/')
})

const port = Number(process.env.PORT ?? 3000)
app.listen(port, () => console.log(`http://localhost:${port}`))
