import type { AddressInfo } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { announce } from '../server-process.ts'
import type { Ready } from './contender.ts'
import { ROUTES } from './routes.ts'
import { handlerOf, type SessionAccess } from './session-access.ts'

/** Gives an application of Fastify its routes and starts it. */
export async function serveFastify(
  app: FastifyInstance,
  access: SessionAccess<[FastifyRequest, FastifyReply]>,
): Promise<void> {
  for (const route of ROUTES) {
    const handler = handlerOf(route, access)
    app.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) => reply.send(handler(request, reply)),
    })
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  const ready: Ready = { port: (app.server.address() as AddressInfo).port } // as: it listens on a port
  announce(ready)
}
