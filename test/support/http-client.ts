import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import http2, { type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2'
import https from 'node:https'
import type { Readable } from 'node:stream'
import type { ConnectionOptions, TlsOptions } from 'node:tls'

/** Where a server is. */
export interface Origin {
  readonly protocol: 'HTTP/1.1' | 'HTTP/2'
  readonly port: number
  readonly isSecure: boolean
}

export interface Question {
  readonly method?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Sent as text. */
  readonly body?: string | undefined
  /** Leaves without waiting for the answer. */
  readonly signal?: AbortSignal | undefined
}

/** An answer whose head has come. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** As it comes; to be read once. */
  readonly body: Readable
}

/** Asks one server, over HTTP/1.1 on connections that are kept alive, or over HTTP/2 on one. */
export interface HttpClient {
  ask(path: string, question?: Question): Promise<Answer>
  close(): void
}

const PSK = Buffer.from('one key that both sides have')

/** TLS by a key that both sides have: it takes no certificate, and so no file and no command. */
export const TLS_SERVER: TlsOptions = { ciphers: 'PSK', maxVersion: 'TLSv1.2', pskCallback: () => PSK }
const TLS_CLIENT: ConnectionOptions = {
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2',
  pskCallback: () => ({ psk: PSK, identity: 'test' }),
  checkServerIdentity: () => undefined,
}

function headersOf(headers: Question['headers'], body: string | undefined): Record<string, string> {
  return { ...(body !== undefined && { 'content-type': 'text/plain' }), ...headers }
}

/** @param maxSockets how many connections it may have at a time; over HTTP/2 it has one */
export function connectTo(origin: Origin, maxSockets = Infinity): HttpClient {
  return origin.protocol === 'HTTP/2' ? overHttp2(origin) : overHttp1(origin, maxSockets)
}

function overHttp1({ port, isSecure }: Origin, maxSockets: number): HttpClient {
  const agent = isSecure
    ? new https.Agent({ keepAlive: true, maxSockets, ...TLS_CLIENT })
    : new http.Agent({ keepAlive: true, maxSockets })
  const { request: ask } = isSecure ? https : http
  return {
    async ask(path, { method = 'GET', headers = {}, body, signal } = {}) {
      const request = ask({
        host: '127.0.0.1',
        port,
        path,
        method,
        headers: headersOf(headers, body),
        agent,
        ...(signal && { signal }),
      })
      request.end(body)
      const [response] = (await once(request, 'response')) as [IncomingMessage] // as: the event's documented argument
      const answered = new Headers()
      for (let at = 0; at < response.rawHeaders.length; at += 2)
        answered.append(response.rawHeaders[at] ?? '', response.rawHeaders[at + 1] ?? '')
      return { status: response.statusCode ?? 0, headers: answered, body: response }
    },
    close: () => agent.destroy(),
  }
}

function overHttp2({ port, isSecure }: Origin): HttpClient {
  let session: http2.ClientHttp2Session | undefined
  const connect = (): http2.ClientHttp2Session => {
    const connected = http2.connect(`${isSecure ? 'https' : 'http'}://127.0.0.1:${port}`, TLS_CLIENT)
    return connected.on('error', () => {}) // whoever asked hears of it
  }
  return {
    async ask(path, { method = 'GET', headers = {}, body, signal } = {}) {
      const asked = { ':path': path, ':method': method, ...headersOf(headers, body) }
      session ??= connect()
      const stream = session.request(asked, signal && { signal })
      stream.end(body)
      // as: the event's documented argument
      const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders & IncomingHttpStatusHeader]
      const answered = new Headers()
      for (const [name, values] of Object.entries(head)) {
        if (!name.startsWith(':')) for (const value of [values ?? []].flat()) answered.append(name, value)
      }
      return { status: head[':status'] ?? 0, headers: answered, body: stream }
    },
    close: () => session?.destroy(),
  }
}
