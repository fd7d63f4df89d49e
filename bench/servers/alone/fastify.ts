import { fastify } from 'fastify'
import { serveFastify } from '../fastify-server.ts'
import { NO_SESSIONS } from '../session-access.ts'

await serveFastify(fastify(), NO_SESSIONS)
