import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Sessions } from 'coatcheck'
import { session as expressSession } from 'coatcheck/express'
import { coatcheck } from 'coatcheck/fastify'
import { session as koaSession } from 'coatcheck/koa'
import { session as nodeSession } from 'coatcheck/node'
import express from 'express'
import fastify from 'fastify'
import Koa from 'koa'
import { answer, lateWrite, type Asked, type Data } from './routes.ts'

/** The application on `node:http` and on the frameworks that stand on it, by their names. */
export const NODE_APPS: Readonly<Record<string, (sessions: Sessions<Data>) => Server | Promise<Server>>> = {
  'node:http'(sessions) {
    const handler = (request: IncomingMessage, response: ServerResponse): void =>
      respond(sessions, request, request, response)
    const listener = nodeSession(sessions, handler)
    return createServer((request, response) => void listener(request, response))
  },
  Express(sessions) {
    const app = express().set('env', 'test') // where it prints no errors
    app.use(expressSession(sessions))
    app.use((request, response) => respond(sessions, request, request, response))
    return createServer(app)
  },
  async Fastify(sessions) {
    const app = fastify()
    await app.register(coatcheck, { sessions })
    app.get('/stream', (request, reply) => {
      reply.hijack()
      respond(sessions, request, request.raw, reply.raw)
    })
    app.get('/*', (request, reply) => {
      const { pathname, asked } = askedOf(sessions, request, request.url)
      const answered = answer(pathname, asked)
      return 'location' in answered ? reply.redirect(answered.location, 303) : reply.send(answered.json)
    })
    await app.ready()
    return app.server
  },
  Koa(sessions) {
    const app = new Koa().use(koaSession(sessions))
    app.silent = true
    app.use((ctx) => {
      const { pathname, asked } = askedOf(sessions, ctx, ctx.url)
      if (pathname === '/stream') {
        ctx.respond = false
        respond(sessions, ctx, ctx.req, ctx.res)
        return
      }
      const answered = answer(pathname, asked)
      if ('location' in answered) {
        ctx.status = 303
        ctx.redirect(answered.location)
      } else {
        ctx.body = answered.json
      }
    })
    return createServer((request, response) => void app.callback()(request, response))
  },
}

/** @param key what the sessions know the request by */
function askedOf(sessions: Sessions<Data>, key: object, url: string): { pathname: string; asked: Asked } {
  const { pathname, search } = new URL(url, 'http://localhost')
  return { pathname, asked: { session: sessions.of(key), jar: sessions.jar(key), query: search.slice(1) } }
}

/** Answers in the way of `node:http`: a head and a body; where it streams, the body in two pieces and a write between them. */
function respond(sessions: Sessions<Data>, key: object, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, asked } = askedOf(sessions, key, request.url ?? '/')
  if (pathname === '/stream') {
    asked.session.visits = 3
    response.writeHead(200, { 'Content-Type': 'text/plain' })
    response.write('head ')
    setImmediate(() => response.end(lateWrite(asked.session)))
    return
  }
  const answered = answer(pathname, asked)
  if ('location' in answered) {
    response.writeHead(303, { Location: answered.location }).end()
  } else {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(answered.json))
  }
}
