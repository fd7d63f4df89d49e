import { createSessions } from 'coatcheck'
import { session } from 'coatcheck/express'
import { previousCookie } from 'coatcheck/previous'
import { railsFormat } from 'coatcheck/rails'
import express from 'express'

const rails = createSessions<{ user_id: number }>({
  name: '_billing_session',
  format: railsFormat({ secretKeyBase: process.env.SECRET_KEY_BASE!, defaults: '8.1' }),
})

const sessions = createSessions<{ user_id: number }>({
  name: '__Host-billing',
  secrets: [process.env.SESSION_SECRET!],
  previousCookies: [previousCookie(rails)],
})

const app = express().use(session(sessions))

app.get('/', (req, res) => {
  const session = sessions.of(req)
  res.send(session.user_id === undefined ? 'Signed out' : `User ${session.user_id}`)
})

app.post('/sign-in', (req, res) => {
  const session = sessions.of(req)
  session.renew()
  session.user_id = 7 // whom your check of the password found
  res.redirect(303, '/')
})

app.post('/sign-out', (req, res) => {
  sessions.of(req).destroy()
  res.redirect(303, '/')
})

app.listen(3000)
