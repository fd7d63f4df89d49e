import { fastify } from 'fastify'
import { serveFastify } from '../../servers/fastify-server.ts'
import { fastifyAdapter, sessions } from '../coatcheck.ts'

const { coatcheck } = await fastifyAdapter()
const app = fastify()
await app.register(coatcheck, { sessions })

await serveFastify(app, { of: (request) => sessions.of(request) })
