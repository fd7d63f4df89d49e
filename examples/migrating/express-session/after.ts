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

/** What express-session kept for the request, and the cookie that it was found by. */
const kept = new AsyncLocalStorage<{ cookie: string; userId?: number }>()

const sessions = createSessions<{ userId: number }>({
  name: '__Host-session',
  secrets: [process.env.SESSION_SECRET!],
  store: migrate({ from: cookieStore(), to: redisStore(client) }),
  previousCookies: [
    previousCookie({
      name: 'connect.sid',
      open(value) {
        const { cookie, userId } = kept.getStore() ?? {}
        if (userId === undefined || decodeURIComponent(value) !== cookie) return { ok: false, reason: 'not-found' }
        return { ok: true, data: { userId } }
      },
    }),
  ],
})

const app = express()
app.use(async (req, _res, next) => {
  const cookie = parseCookie(req.headers.cookie ?? '')['connect.sid'] ?? ''
  const id = cookie.startsWith('s:') && unsign(cookie.slice(2), process.env.SESSION_KEY!)
  const { userId } = JSON.parse((id && (await client.get(`sess:${id}`))) || '{}')
  kept.run({ cookie, userId }, next)
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
