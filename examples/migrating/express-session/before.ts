import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { createClient } from 'redis'

declare module 'express-session' {
  interface SessionData {
    userId: number
  }
}

const client = await createClient({ url: process.env.REDIS_URL! }).on('error', console.error).connect()

const app = express()
app.use(
  session({
    secret: process.env.SESSION_KEY!,
    store: new RedisStore({ client }),
    resave: false,
    saveUninitialized: false,
  }),
)

app.get('/', (req, res) => {
  const { session } = req
  res.send(session.userId === undefined ? 'Signed out' : `User ${session.userId}`)
})

app.post('/sign-in', (req, res, next) => {
  req.session.regenerate((error) => {
    if (error) return next(error)
    req.session.userId = 7 // whom your check of the password found
    res.redirect(303, '/')
  })
})

app.post('/sign-out', (req, res, next) => {
  req.session.destroy((error) => {
    if (error) return next(error)
    res.clearCookie('connect.sid')
    res.redirect(303, '/')
  })
})

app.listen(3000)
