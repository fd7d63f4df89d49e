import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { announce } from '../server-process.ts'
import type { Ready } from './contender.ts'
import { ROUTES } from './routes.ts'
import type { VisitorSession } from './visitor-session.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

const routes = new Map(ROUTES.map(({ path, answer }) => [path, answer]))

/** Starts a server of `node:http` alone. @param wrap puts sessions around the handler of all routes */
export async function serveNode(
  wrap: (handler: Handler) => Handler,
  sessionOf: (request: IncomingMessage) => VisitorSession,
): Promise<void> {
  const handler: Handler = (request, response) => {
    const answer = routes.get(request.url ?? '')
    if (answer === undefined) response.writeHead(404).end()
    else response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer(() => sessionOf(request))))
  }
  const server = createServer(wrap(handler)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ready: Ready = { port: (server.address() as AddressInfo).port } // as: it listens on a port
  announce(ready)
}
