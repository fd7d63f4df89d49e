import cookieSession from 'cookie-session'
import express from 'express'

const FOURTEEN_DAYS = 14 * 86_400_000

const app = express()
app.use(cookieSession({ name: 'billing', keys: [process.env.SESSION_KEY!], maxAge: FOURTEEN_DAYS }))

app.get('/', (req, res) => {
  const session = req.session!
  res.send(session.userId === undefined ? 'Signed out' : `User ${session.userId}`)
})

app.post('/sign-in', (req, res) => {
  req.session = { userId: 7 } // whom your check of the password found
  res.redirect(303, '/')
})

app.post('/sign-out', (req, res) => {
  req.session = null
  res.redirect(303, '/')
})

app.listen(3000)
