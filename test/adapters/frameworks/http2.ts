import type { Framework } from '../app.ts'
import { node } from './node.ts'

const NO_WEBSOCKET =
  'over HTTP/2 a WebSocket is a stream of its own (RFC 8441), which the compatibility API does not hand out'

/** `node:http2` through its compatibility API. */
export const http2: Framework = {
  name: 'HTTP/2',
  protocol: 'HTTP/2',
  cannot: {
    ...node.cannot,
    'a WebSocket reads the session of the request that it began with': NO_WEBSOCKET,
    'after revokeUser a WebSocket that was open finds nobody, and no other one opens': NO_WEBSOCKET,
  },
  mount: node.mount, // the compatibility API is that of `node:http`
}
