import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { announce } from '../server-process.ts'
import type { Ready } from './contender.ts'
import { ROUTES } from './routes.ts'
import { handlerOf, type SessionAccess } from './session-access.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** Starts a server of `node:http` alone. @param wrap puts sessions around the handler of all routes */
export async function serveNode(
  wrap: (handler: Handler) => Handler,
  access: SessionAccess<[IncomingMessage, ServerResponse]>,
): Promise<void> {
  const handlers = new Map(ROUTES.map((route) => [route.path, handlerOf(route, access)]))
  const handler: Handler = (request, response) => {
    const body = handlers.get(request.url ?? '')?.(request, response)
    if (body === undefined) response.writeHead(404).end()
    else if (body instanceof Promise) void body.then((json) => answer(response, json))
    else answer(response, body)
  }
  const server = createServer(wrap(handler)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ready: Ready = { port: (server.address() as AddressInfo).port } // as: it listens on a port
  announce(ready)
}

function answer(response: ServerResponse, json: object): void {
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify(json))
}
