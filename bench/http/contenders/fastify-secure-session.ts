import { randomBytes } from 'node:crypto'
import { fastifySecureSession } from '@fastify/secure-session'
import { fastify } from 'fastify'
import { serveFastify } from '../../servers/fastify-server.ts'
import type { VisitorSession } from '../../servers/visitor-session.ts'

const app = fastify()
await app.register(fastifySecureSession, { key: randomBytes(32), cookieName: 'session', cookie: { path: '/' } })

// as: the plugin put it there, as a proxy of its data
await serveFastify(app, { of: (request) => request.session as VisitorSession })
