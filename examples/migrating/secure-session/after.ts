import secureSession from '@fastify/secure-session'
import { createSessions } from 'coatcheck'
import { coatcheck } from 'coatcheck/fastify'
import { previousCookie } from 'coatcheck/previous'
import fastify from 'fastify'

// Never listens: it only opens what the plugin sealed.
const before = fastify()
before.register(secureSession, { key: process.env.SESSION_KEY!, cookie: { path: '/' } })
await before.ready()

const sessions = createSessions<{ userId: number }>({
  name: '__Host-session',
  secrets: [process.env.SESSION_SECRET!],
  previousCookies: [
    previousCookie({
      name: 'session',
      open(value) {
        const data = before.decodeSecureSession(decodeURIComponent(value))?.data()
        return data === undefined ? { ok: false, reason: 'tampered' } : { ok: true, data }
      },
    }),
  ],
})

const app = fastify()
app.register(coatcheck, { sessions })

app.get('/', async (request) => {
  const { userId } = sessions.of(request)
  return userId === undefined ? 'Signed out' : `User ${userId}`
})

app.post('/sign-in', async (request, reply) => {
  const session = sessions.of(request)
  session.renew()
  session.userId = 7 // whom your check of the password found
  return reply.redirect('/', 303)
})

app.post('/sign-out', async (request, reply) => {
  sessions.of(request).destroy()
  return reply.redirect('/', 303)
})

await app.listen({ port: 3000 })
