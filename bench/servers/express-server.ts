import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Express, Request, Response } from 'express'
import { announce } from '../server-process.ts'
import type { Ready } from './contender.ts'
import { ROUTES } from './routes.ts'
import { handlerOf, type SessionAccess } from './session-access.ts'

/** Gives an application of Express its routes and starts it. */
export async function serveExpress(app: Express, access: SessionAccess<[Request, Response]>): Promise<void> {
  for (const route of ROUTES) {
    const handler = handlerOf(route, access)
    app[route.method === 'GET' ? 'get' : 'post'](route.path, (req, res) => void res.json(handler(req, res)))
  }
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ready: Ready = { port: (server.address() as AddressInfo).port } // as: it listens on a port
  announce(ready)
}
