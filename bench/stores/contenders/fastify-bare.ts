import { fastify } from 'fastify'
import { serveFastify } from '../fastify-server.ts'

const session = {}

await serveFastify(fastify(), () => session)
