import { fastify } from 'fastify'
import { serveFastify } from '../../servers/fastify-server.ts'
import { NO_SESSIONS } from '../../servers/session-access.ts'

const app = fastify()
app.addHook('onRequest', (_request, _reply, next) => next())
app.addHook('onSend', (_request, _reply, _payload, next) => next())

await serveFastify(app, NO_SESSIONS)
