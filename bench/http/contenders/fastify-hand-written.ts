import { fastify } from 'fastify'
import { serveFastify } from '../../servers/fastify-server.ts'
import { openSession, sealSession } from '../hand-written.ts'

await serveFastify(fastify(), {
  of: (request) => openSession(request.headers.cookie),
  save: (session, _, reply) => void reply.header('Set-Cookie', sealSession(session)),
})
