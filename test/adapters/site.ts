import { EventEmitter, once } from 'node:events'
import http, { type RequestListener } from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { TLS_SERVER, type Origin } from '../support/http-client.ts'

/** An application on a port of the loopback interface. */
export interface Site {
  readonly origin: Origin
  readonly server: Server
  /** Fulfilled when the next answer at `path` is over for the server: it was sent, or nobody waits for it any more. */
  answerOver(path: string): Promise<unknown>
  close(): Promise<void>
}

export async function openSite(
  listener: RequestListener,
  { protocol, isSecure }: Pick<Origin, 'protocol' | 'isSecure'>,
): Promise<Site> {
  const over = new EventEmitter()
  const server = createServer(protocol, isSecure, (request, response) => {
    response.once('close', () => over.emit(request.url ?? ''))
    listener(request, response)
  })
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // as: a TCP server has such an address
  return {
    origin: { protocol, port, isSecure },
    server,
    answerOver: (path) => once(over, path),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function createServer(protocol: Origin['protocol'], isSecure: boolean, listener: RequestListener): Server {
  if (protocol === 'HTTP/1.1') return isSecure ? https.createServer(TLS_SERVER, listener) : http.createServer(listener)
  const compatible = listener as object as Parameters<typeof http2.createServer>[1] // as: what listens to HTTP/2 says so itself
  return isSecure ? http2.createSecureServer(TLS_SERVER, compatible) : http2.createServer(compatible)
}
