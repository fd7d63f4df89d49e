import { AsyncLocalStorage } from 'node:async_hooks'
import { createSessions } from 'coatcheck'
import { session } from 'coatcheck/express'
import { previousCookie } from 'coatcheck/previous'
import { redisStore } from 'coatcheck/redis'
import { cookieStore, migrate } from 'coatcheck/stores'
import { parseCookie } from 'cookie'
import { unsign } from 'cookie-signature'
import express from 'express'
import { createClient } from 'redis'

const client = await createClient({ url: process.env.REDIS_URL! }).on('error', console.error).connect()

const kept = new AsyncLocalStorage<{ userId?: number }>()

const sessions = createSessions<{ userId: number }>({
  name: '__Host-session',
  secrets: [process.env.SESSION_SECRET!],
  store: migrate({ from: cookieStore(), to: redisStore(client) }),
  previousCookies: [
    previousCookie({
      name: 'connect.sid',
      open() {
        const userId = kept.getStore()?.userId
        return userId === undefined ? { ok: false, reason: 'not-found' } : { ok: true, data: { userId } }
      },
    }),
  ],
})

const app = express()
app.use(async (req, _res, next) => {
  const signed = parseCookie(req.headers.cookie ?? '')['connect.sid'] ?? ''
  const id = signed.startsWith('s:') && unsign(signed.slice(2), process.env.SESSION_KEY!)
  const found = id ? await client.get(`sess:${id}`) : null
  kept.run(JSON.parse(found ?? '{}'), next)
})
app.use(session(sessions))

app.get('/', (req, res) => {
  const session = sessions.of(req)
  res.send(session.userId === undefined ? 'Signed out' : `User ${session.userId}`)
})

app.post('/sign-in', (req, res) => {
  const session = sessions.of(req)
  session.renew()
  session.userId = 7 // whom your check of the password found
  res.redirect(303, '/')
})

app.post('/sign-out', (req, res) => {
  sessions.of(req).destroy()
  res.redirect(303, '/')
})

app.listen(3000)
