import type { AddressInfo } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { announce } from '../server-process.ts'
import type { Ready } from './contender.ts'
import { ROUTES } from './routes.ts'
import type { VisitorSession } from './visitor-session.ts'

/** Gives an application of Fastify its routes and starts it. */
export async function serveFastify(
  app: FastifyInstance,
  sessionOf: (request: FastifyRequest) => VisitorSession,
): Promise<void> {
  for (const { method, path, answer } of ROUTES) {
    app.route({ method, url: path, handler: (request, reply) => reply.send(answer(() => sessionOf(request))) })
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  const ready: Ready = { port: (app.server.address() as AddressInfo).port } // as: it listens on a port
  announce(ready)
}
