import { serve } from '@hono/node-server'
import type { Context, Env, Hono } from 'hono'
import { announce } from '../server-process.ts'
import type { Ready } from './contender.ts'
import { ROUTES } from './routes.ts'
import { handlerOf, type SessionAccess } from './session-access.ts'

/** Gives an application of Hono its routes and starts it on Node. */
export async function serveHono<E extends Env>(
  app: Hono<E>,
  access: SessionAccess<[Context<E>]>,
  fetch: (request: Request) => Response | Promise<Response> = app.fetch,
): Promise<void> {
  for (const route of ROUTES) {
    const handler = handlerOf(route, access)
    app.on(route.method, route.path, (c) => c.json(handler(c)))
  }
  const { port } = await new Promise<Ready>((resolve) => {
    serve({ fetch, port: 0, hostname: '127.0.0.1' }, resolve)
  })
  const ready: Ready = { port }
  announce(ready)
}
