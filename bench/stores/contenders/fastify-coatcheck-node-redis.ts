import { fastify } from 'fastify'
import { fastifySession, onRedis } from '../coatcheck.ts'
import { serveFastify } from '../../servers/fastify-server.ts'
import { nodeRedis } from '../redis-clients.ts'

const sessions = onRedis(await nodeRedis())
const app = fastify()
await app.register(fastifySession, { sessions })

await serveFastify(app, { of: (request) => sessions.of(request) })
