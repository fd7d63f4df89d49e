import secureSession from '@fastify/secure-session'
import fastify from 'fastify'

declare module '@fastify/secure-session' {
  interface SessionData {
    userId: number
  }
}

const app = fastify()
app.register(secureSession, { key: process.env.SESSION_KEY!, cookie: { path: '/' } })

app.get('/', async (request) => {
  const userId = request.session.get('userId')
  return userId === undefined ? 'Signed out' : `User ${userId}`
})

app.post('/sign-in', async (request, reply) => {
  request.session.regenerate()
  request.session.set('userId', 7) // whom your check of the password found
  return reply.redirect('/', 303)
})

app.post('/sign-out', async (request, reply) => {
  request.session.delete()
  return reply.redirect('/', 303)
})

await app.listen({ port: 3000 })
