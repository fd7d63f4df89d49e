import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'

/** A request of `node:http`, `node:https` or the compatibility API of `node:http2`. */
export type NodeRequest = IncomingMessage | Http2ServerRequest
export type NodeResponse = ServerResponse | Http2ServerResponse

/** The methods that make a response leave, all that they can be given, and the one that says where `drain` is heard. */
export interface Sending {
  writeHead: (status: number, ...rest: unknown[]) => unknown
  write: (...args: unknown[]) => boolean
  end: (...args: unknown[]) => unknown
  flushHeaders: () => void
  on: (
    event: 'drain',
    listener: () => void,
  ) => { emit(event: 'drain'): unknown; off(event: 'drain', of: object): unknown }
}

/** A response by those methods. Their overloads differ only in what they leave out, and from one HTTP to the other. */
export function sendingOf(response: NodeResponse): Sending {
  return response as unknown as Sending // as: see above
}

export function isHttp2(response: NodeResponse): response is Http2ServerResponse {
  return 'stream' in response
}
