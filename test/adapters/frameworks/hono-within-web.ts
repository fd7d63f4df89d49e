import { getRequestListener } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import { session } from '../../../src/adapters/web.ts'
import type { App, Framework, Handler } from '../app.ts'
import { answer, hono } from './hono.ts'
import { guard, type Fetch } from './web.ts'

/** Hono without any middleware of ours: `coatcheck/web` is around the whole application. */
export const honoWithinWeb: Framework = {
  name: 'Hono 4 within web',
  protocol: 'HTTP/1.1',
  cannot: {
    ...hono.cannot,
    'sessions.of gives the very session that the framework has a place of its own for': 'a Request has no such place',
    'of two sessions, the first has the place that the framework has for one': 'a Request has no such place',
  },
  mount: (app) => getRequestListener(serving(app, '')),
}

function serving({ sessions, routes = {}, members, mounted = {}, errorPage }: App, below: string): Fetch {
  const server = new Hono().basePath(below)
  const answerBy = (handler: Handler, c: Context): Response | Promise<Response> => answer(handler, c, c.req.raw)
  for (const [path, handler] of Object.entries(routes)) server.all(path, (c) => answerBy(handler, c))
  for (const [path, inner] of Object.entries(mounted))
    server.mount(path, serving(inner, below + path), { replaceRequest: false })
  if (members !== undefined) {
    for (const [path, handler] of Object.entries(members.routes))
      server.all(path, (c) => guard(members.admission, () => answerBy(handler, c))(c.req.raw))
  }
  if (errorPage !== undefined) server.onError((error, c) => answerBy((call) => errorPage(call, error), c))
  return sessions.reduceRight<Fetch>(
    (fetch, held) => session(held, fetch),
    (request) => server.fetch(request),
  )
}
