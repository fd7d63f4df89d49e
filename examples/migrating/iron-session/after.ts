import { createSessions } from 'coatcheck'
import { session } from 'coatcheck/express'
import { ironSessionCookie } from 'coatcheck/previous'
import express from 'express'

interface BillingSession {
  userId: number
}

const sessions = createSessions<BillingSession>({
  name: '__Host-billing',
  secrets: [process.env.SESSION_SECRET!],
  previousCookies: [ironSessionCookie({ name: 'billing', password: process.env.SESSION_PASSWORD! })],
})

const app = express().use(session(sessions))

app.get('/', (req, res) => {
  const session = sessions.of(req)
  res.send(session.userId === undefined ? 'Signed out' : `User ${session.userId}`)
})

app.post('/sign-in', (req, res) => {
  const session = sessions.of(req)
  session.renew({ persistent: true })
  session.userId = 7 // whom your check of the password found
  res.redirect(303, '/')
})

app.post('/sign-out', (req, res) => {
  const session = sessions.of(req)
  session.destroy()
  res.redirect(303, '/')
})

app.listen(3000)
