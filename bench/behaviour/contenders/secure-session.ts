import { Readable } from 'node:stream'
import secureSessionPlugin from '@fastify/secure-session'
import { fastify } from 'fastify'
import { installedVersion } from '../../installed-version.ts'
import { answer, cookieNameFor, isLate, lateAnswer } from '../answer.ts'
import type { Contender } from '../contender.ts'
import type { HeldSession } from '../held-session.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The second session, by the name that it is registered under. */
    admin: secureSessionPlugin.Session
  }
}

export const secureSession: Contender = {
  name: '@fastify/secure-session',
  version: installedVersion('@fastify/secure-session'),
  server: `fastify ${installedVersion('fastify')}`,
  async start(setup) {
    const key = setup.secrets.map(({ text }) => Buffer.from(text, 'base64url'))
    const app = fastify({ logger: false, forceCloseConnections: true })
    await app.register(secureSessionPlugin, [
      { sessionName: 'session', key, cookie: { path: '/' } },
      { sessionName: 'admin', key, cookie: { path: '/' } },
    ])
    app.get('/*', async (request, reply) => {
      // as: nothing else is stored here
      const session = request[cookieNameFor(request.url)] as secureSessionPlugin.Session<{ value: unknown }>
      const held: HeldSession = {
        read: () => session.get('value'),
        assign: (value) => session.set('value', value),
        destroy: () => session.delete(),
      }
      return isLate(request.url)
        ? reply.send(Readable.from(lateAnswer(held, setup)))
        : reply.send(await answer(request.url, held))
    })
    const origin = await app.listen({ host: '127.0.0.1', port: 0 })
    return { origin, [Symbol.asyncDispose]: () => app.close() }
  },
}
