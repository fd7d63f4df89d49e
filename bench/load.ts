import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Enough to keep one server busy, few enough not to queue for long. */
const CONNECTIONS = 8

/** What a server says to one request. */
export interface Answer {
  readonly status: number
  /** The lines of the head, each of which ends with CRLF. */
  readonly head: string
  readonly body: string
}

export interface LoadResult {
  readonly requests: number
  readonly seconds: number
  /** Milliseconds of each request, in no order. */
  readonly latencies: readonly number[]
}

/** A request as its bytes, so that sending it costs nothing but the sending. */
export function requestBytes(method: string, path: string, cookieHeader: string): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1']
  if (method !== 'GET') lines.push('Content-Length: 0')
  if (cookieHeader !== '') lines.push(`Cookie: ${cookieHeader}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

/** Those requests, one after the other and round and round. @param requests at least one */
export function inTurn(requests: readonly Buffer[]): () => Buffer {
  let place = 0
  return () => {
    const request = requests[place % requests.length]
    if (request === undefined) throw new RangeError('no requests')
    place++
    return request
  }
}

/**
 * Sends requests for about that time, on some keep-alive connections, one after the other on each. They are opened before, as a
 * server would close those that rest for longer than a few seconds. Rejects where a request is answered with something else than
 * 200.
 *
 * On sockets and not by `node:http`, whose client takes longer for a request than a bare server: then all that is measured
 * would be the client.
 */
export async function runLoad(port: number, next: () => Buffer, milliseconds: number): Promise<LoadResult> {
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(port)))
  const latencies: number[] = []
  const began = performance.now()
  const visit = async (connection: Connection): Promise<void> => {
    let now = began
    while (now - began < milliseconds) {
      const request = next()
      const sent = now
      // oxlint-disable-next-line no-await-in-loop -- the next request leaves when the last one was answered, which is what is timed
      const { status } = await connection.send(request)
      if (status !== 200) throw new Error(`${request.toString().split('\r\n')[0]} was answered with ${status}`)
      now = performance.now()
      latencies.push(now - sent)
    }
  }
  try {
    await Promise.all(connections.map(visit))
    return { requests: latencies.length, seconds: (performance.now() - began) / 1000, latencies }
  } finally {
    for (const connection of connections) connection.close()
  }
}

export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await once(socket, 'connect')
  return new Connection(socket)
}

/** One connection, on which one request is on its way at a time. */
export class Connection {
  readonly #socket: Socket
  #received = ''
  #waiting: PromiseWithResolvers<Answer> | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#take(text))
    socket.on('error', (error) => this.#waiting?.reject(error))
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')))
  }

  send(request: Buffer): Promise<Answer> {
    this.#waiting = Promise.withResolvers()
    this.#socket.write(request)
    return this.#waiting.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  /** An answer may come in pieces; a character is a byte here. */
  #take(text: string): void {
    this.#received += text
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#received.slice(0, end + 2)
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]
    if (length === undefined) {
      this.#waiting?.reject(new Error('an answer has no Content-Length'))
      return
    }
    const body = this.#received.slice(end + 4)
    if (body.length < Number(length)) return
    this.#received = ''
    this.#waiting?.resolve({ status: Number(head.slice(9, 12)), head, body })
  }
}
