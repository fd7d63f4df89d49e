import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'

/** A request of `node:http`, `node:https` or the compatibility API of `node:http2`. */
export type NodeRequest = IncomingMessage | Http2ServerRequest
export type NodeResponse = ServerResponse | Http2ServerResponse

type Method = (...args: unknown[]) => unknown

/** The methods that make a response leave, and `on`, which says where `drain` is heard. */
export interface Sending {
  writeHead: Method
  write: Method
  end: Method
  flushHeaders: Method
  on: (event: string, listener: () => void) => { emit: Method }
}

/** A response by those methods. Their overloads differ only in what they leave out, and from one HTTP to the other. */
export function sendingOf(response: NodeResponse): Sending {
  return response as unknown as Sending // as: see above
}

export function isHttp2(response: NodeResponse): response is Http2ServerResponse {
  return 'stream' in response
}
