import type { IncomingMessage, ServerResponse } from 'node:http'
import { expectTypeOf, test } from 'vitest'
import { session } from '../../src/adapters/node.ts'
import { createSessions, type SessionError } from '../../src/index.ts'

const sessions = createSessions({ name: 'session', secrets: ['a secret that only types look at, and no cookie'] })

test('a handler of node:http gives what it gives, or a promise of it where the session has to be fetched', () => {
  const now = session(sessions, (request: IncomingMessage, response: ServerResponse) => [request, response].length)
  expectTypeOf(now).returns.toEqualTypeOf<number | Promise<number | undefined>>()
  const later = session(sessions, async (request: IncomingMessage, response: ServerResponse) => {
    response.end()
    return request.url
  })
  expectTypeOf(later).returns.toEqualTypeOf<Promise<string | undefined>>()
})

test('whoever answers for a store gets the request, the response and the error', () => {
  session(sessions, (request: IncomingMessage, response: ServerResponse) => response.end(request.url), {
    unavailable(request, response, error) {
      expectTypeOf(request).toEqualTypeOf<IncomingMessage>()
      expectTypeOf(response).toEqualTypeOf<ServerResponse>()
      expectTypeOf(error).toEqualTypeOf<SessionError>()
    },
  })
})
