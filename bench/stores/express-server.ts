import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Express, Request } from 'express'
import { announce } from '../server-process.ts'
import type { Ready } from './contender.ts'
import { ROUTES } from './routes.ts'
import type { VisitorSession } from './visitor-session.ts'

/** Gives an application of Express its routes and starts it. */
export async function serveExpress(app: Express, sessionOf: (request: Request) => VisitorSession): Promise<void> {
  for (const { method, path, answer } of ROUTES) {
    app[method === 'GET' ? 'get' : 'post'](path, (req, res) => void res.json(answer(() => sessionOf(req))))
  }
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ready: Ready = { port: (server.address() as AddressInfo).port } // as: it listens on a port
  announce(ready)
}
