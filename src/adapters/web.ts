import type { CommitHeaders } from '../exchange.ts'
import type { Sessions } from '../sessions.ts'
import { varyWithCookie } from './vary.ts'

/**
 * Gives `handler` sessions: inside it, `sessions.of(request)` is the session of that request.
 *
 * ```ts
 * export default { fetch: session(sessions, (request) => Response.json({ account: sessions.of(request).accountId ?? null })) }
 * ```
 *
 * The cookie is decided when the handler's response is there; a body that is still streaming by then can read the session,
 * and writing throws `ERR_SESSION_SENT`. `Secure: 'auto'` looks at the request's URL. An error that the handler throws is
 * passed on, and nothing is committed.
 */
export function session<Data extends object, Rest extends unknown[]>(
  sessions: Sessions<Data>,
  handler: (request: Request, ...rest: Rest) => Response | Promise<Response>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const exchange = sessions.begin(request, {
      cookieHeader: request.headers.get('cookie'),
      isSecure: () => request.url.startsWith('https:'),
    })
    const response = await handler(request, ...rest)
    return withHeaders(response, exchange.commit())
  }
}

function withHeaders(response: Response, commit: CommitHeaders): Response {
  if (!commit.vary) return response
  try {
    addHeaders(response.headers, commit)
    return response
  } catch (error) {
    // Response.redirect() and what fetch() returned cannot be changed; their copy can.
    if (!(error instanceof TypeError)) throw error
    const copy = new Response(response.body, response)
    addHeaders(copy.headers, commit)
    return copy
  }
}

function addHeaders(headers: Headers, { setCookie, noStore }: CommitHeaders): void {
  const vary = varyWithCookie(headers.get('vary') ?? '')
  if (vary !== undefined) headers.set('vary', vary)
  if (noStore && !headers.has('cache-control')) headers.set('cache-control', 'no-store')
  for (const line of setCookie) headers.append('set-cookie', line)
}
