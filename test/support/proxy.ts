import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** Stands between a client and a server. */
export interface Proxy {
  readonly port: number
  /** Forwards nothing any more on the connections that there are, and closes none of them; new ones work. */
  pause(): void
  resume(): void
  /** Ends the connections that there are, without a word of the server. */
  cut(): void
  /** New connections go to that port of this machine, as a name does that moves in a failover; those that there are stay. */
  leadTo(port: number): void
  close(): void
}

/** @param target the port that the server listens on */
export async function startProxy(target: number): Promise<Proxy> {
  const sockets: Socket[] = []
  let current = target
  const proxy = createServer((client) => {
    const upstream = connect(current, '127.0.0.1')
    client.pipe(upstream).pipe(client)
    for (const socket of [client, upstream]) {
      socket.on('error', () => {})
      sockets.push(socket)
    }
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const { port } = proxy.address() as AddressInfo // as: a TCP server has such an address
  return {
    port,
    pause: () => sockets.forEach((socket) => socket.pause()),
    resume: () => sockets.forEach((socket) => socket.resume()),
    cut: () => sockets.splice(0).forEach((socket) => socket.destroy()),
    leadTo: (next) => (current = next),
    close: () => proxy.close(),
  }
}
