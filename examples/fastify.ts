import { randomBytes } from 'node:crypto'
import { createSessions } from 'coatcheck'
import { coatcheck } from 'coatcheck/fastify'
import fastify from 'fastify'

const sessions = createSessions<{ userId: number; accountId: number }>({
  name: 'session',
  secrets: [process.env.SESSION_SECRET ?? randomBytes(32).toString('hex')],
})

const app = fastify()
app.register(coatcheck, { sessions })

app.post('/sign-in', (request, reply) => {
  const session = sessions.of(request)
  session.renew() // a new id: a cookie from before is worth nothing after
  session.userId = 7 // whom your check of the password found
  return reply.redirect('/', 303)
})

app.post<{ Params: { id: string } }>('/accounts/:id', (request, reply) => {
  const session = sessions.of(request)
  session.accountId = Number(request.params.id)
  session.flash.notice = `Switched to account ${session.accountId}`
  return reply.redirect('/', 303)
})

app.get('/', (request) => {
  const { userId, accountId, flash } = sessions.of(request)
  return { userId, accountId, notice: flash.notice }
})

app.post('/sign-out', (request, reply) => {
  sessions.of(request).destroy()
  return reply.redirect('/', 303)
})

const port = Number(process.env.PORT ?? 3000)
await app.listen({ port })
console.log(`http://localhost:${port}`)
