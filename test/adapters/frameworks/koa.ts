import type { RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Router } from '@koa/router'
import Koa3, { type ParameterizedContext } from 'koa'
import Koa2 from 'koa2'
import { requireUser, session } from '../../../src/adapters/koa.ts'
import type { Admission, App, Call, Framework, Handler } from '../app.ts'
import { PRESET_HEADERS } from '../preset.ts'

export const koa3: Framework = { name: 'Koa 3', protocol: 'HTTP/1.1', mount: (app) => mount(app, Koa3) }

export const koa2: Framework = {
  name: 'Koa 2',
  protocol: 'HTTP/1.1',
  cannot: {
    'a stream that fails in the middle ends the connection, and what was written is kept':
      'Koa 2 leaves the connection of a stream that fails open; Koa 3 ends it',
  },
  mount: (app) => mount(app, Koa2),
}

function mount(app: App, Koa: typeof Koa3): RequestListener {
  const server = new Koa({ proxy: app.trustsProxy === true })
  server.silent = true
  const { errorPage } = app
  if (errorPage !== undefined) {
    server.use(async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        await errorPage(callOf(ctx), error)
      }
    })
  }
  for (const sessions of app.sessions) server.use(session(sessions))
  server.use(routerOf(app).routes())
  return server.callback()
}

function routerOf({ routes, members, mounted = {} }: App): Router {
  const router = new Router()
  route(router, routes)
  for (const [path, inner] of Object.entries(mounted)) {
    for (const sessions of inner.sessions) router.use(path, session(sessions))
    router.use(path, routerOf(inner).routes())
  }
  if (members !== undefined) {
    router.use(requireUser(members.admission.identity, optionsOf(members.admission)))
    route(router, members.routes)
  }
  return router
}

function route(router: Router, routes: Readonly<Record<string, Handler>> = {}): void {
  for (const [path, handler] of Object.entries(routes)) router.all(path, (ctx) => handler(callOf(ctx)))
}

function callOf(ctx: ParameterizedContext): Call {
  const send = (body: unknown, status = 200): void => {
    ctx.status = status
    ctx.body = body
  }
  return {
    request: ctx,
    get ownSession() {
      return ctx['session'] as unknown // as: of whichever sessions came first
    },
    setOwnSession: (value) => void Object.assign(ctx, { session: value }),
    header: (name) => ctx.get(name),
    body: () => text(ctx.req),
    setHeader: (name, value) => ctx.set(name, value),
    addCookie: (line) => ctx.append('Set-Cookie', line),
    text: send,
    json: (value) => send(value),
    redirect: (path) => {
      ctx.status = 303
      ctx.redirect(path)
    },
    empty: (status) => {
      ctx.status = status
    },
    preset: () => {
      ctx.status = 204
      ctx.res.setHeaders(PRESET_HEADERS)
    },
    stream: (chunks) => send(Readable.from(chunks)),
  }
}

function optionsOf({ signInPath, inOwnWords }: Admission): Parameters<typeof requireUser>[1] {
  if (inOwnWords === undefined) return { signInPath }
  return {
    deny: (ctx, denial) => {
      ctx.status = denial.status
      ctx.body = inOwnWords(denial)
    },
  }
}
