import { Readable } from 'node:stream'
import createServer, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { coatcheck, requireUser } from '../../../src/adapters/fastify.ts'
import type { Admission, App, Call, Framework, Handler } from '../app.ts'
import { PRESET } from '../preset.ts'

export const fastify: Framework = {
  name: 'Fastify 5',
  protocol: 'HTTP/1.1',
  async mount(app) {
    const server = createServer({ trustProxy: app.trustsProxy === true })
    define(server, app)
    await server.ready()
    return (request, response) => server.routing(request, response)
  },
}

function define(server: FastifyInstance, { sessions, routes, members, mounted = {}, errorPage }: App): void {
  for (const held of sessions) server.register(coatcheck, { sessions: held })
  if (errorPage !== undefined)
    server.setErrorHandler((error, request, reply) => errorPage(callOf(request, reply), error))
  route(server, routes)
  for (const [prefix, inner] of Object.entries(mounted)) {
    server.register(
      (child, _, done) => {
        define(child, inner)
        done()
      },
      { prefix },
    )
  }
  if (members === undefined) return
  server.register((child, _, done) => {
    child.addHook('preHandler', requireUser(members.admission.identity, optionsOf(members.admission)))
    route(child, members.routes)
    done()
  })
}

function route(server: FastifyInstance, routes: Readonly<Record<string, Handler>> = {}): void {
  for (const [path, handler] of Object.entries(routes))
    server.all(path, (request, reply) => handler(callOf(request, reply)))
}

function callOf(request: FastifyRequest, reply: FastifyReply): Call {
  return {
    request,
    get ownSession() {
      return Reflect.get(request, 'session') as unknown // as: each application says itself of what type it is
    },
    setOwnSession: (value) => void Object.assign(request, { session: value }),
    header: (name) => [request.headers[name]].flat()[0],
    body: () => Promise.resolve(String(request.body)),
    setHeader: (name, value) => void reply.header(name, value),
    addCookie: (line) => void reply.header('set-cookie', line),
    text: (body, status = 200) => reply.code(status).type('text/plain').send(body),
    json: (value) => reply.send(value),
    redirect: (path) => reply.redirect(path, 303),
    empty: (status) => reply.code(status).send(),
    preset: () => reply.code(204).headers(PRESET).send(),
    stream: (chunks) => reply.type('text/plain').send(Readable.from(chunks)),
  }
}

function optionsOf({ signInPath, inOwnWords }: Admission): Parameters<typeof requireUser>[1] {
  if (inOwnWords === undefined) return { signInPath }
  return { deny: (_request, reply, denial) => reply.code(denial.status).send(inOwnWords(denial)) }
}
