import { createSessions } from 'coatcheck'
import { session } from 'coatcheck/express'
import { previousCookie } from 'coatcheck/previous'
import express from 'express'
import Keygrip from 'keygrip'

const keygrip = new Keygrip([process.env.SESSION_KEY!])

const cookieSession = previousCookie({
  name: 'billing',
  companions: ['billing.sig'],
  open(value, { cookies }) {
    const isSigned = cookies('billing.sig').some((signature) => keygrip.verify(`billing=${value}`, signature))
    if (!isSigned) return { ok: false, reason: 'tampered' }
    return { ok: true, data: JSON.parse(Buffer.from(value, 'base64').toString()), persistent: true }
  },
})

const sessions = createSessions<{ userId: number }>({
  name: '__Host-billing',
  secrets: [process.env.SESSION_SECRET!],
  idleTimeout: '14d',
  previousCookies: [cookieSession],
})

const app = express()
app.use(session(sessions))

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
  sessions.of(req).destroy()
  res.redirect(303, '/')
})

app.listen(3000)
