import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type Koa from 'koa'
import type { DefaultState, ParameterizedContext } from 'koa'
import { announce } from '../server-process.ts'
import type { Ready } from './contender.ts'
import { ROUTES } from './routes.ts'
import { handlerOf, type SessionAccess } from './session-access.ts'

/** Gives an application of Koa its routes, without a router, which Koa has none of, and starts it. */
export async function serveKoa<Context>(
  app: Koa<DefaultState, Context>,
  access: SessionAccess<[ParameterizedContext]>,
): Promise<void> {
  const handlers = new Map(ROUTES.map((route) => [route.path, handlerOf(route, access)]))
  app.use((ctx) => {
    const handler = handlers.get(ctx.path)
    if (handler !== undefined) ctx.body = handler(ctx)
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ready: Ready = { port: (server.address() as AddressInfo).port } // as: it listens on a port
  announce(ready)
}
