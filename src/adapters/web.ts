import type { CommitHeaders } from '../exchange.ts'
import type { Identity, UserId } from '../identity/index.ts'
import type { Sessions } from '../sessions.ts'
import { admit, denialResponse, type Denial, type DenialOptions } from './admission.ts'
import { varyWithCookie } from './vary.ts'

export type { Denial } from './admission.ts'

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

/** How `requireUser` answers whom it does not let in. */
export interface RequireUserOptions extends DenialOptions {
  /** Answers in place of the default. */
  readonly deny?: ((request: Request, denial: Denial) => Response | Promise<Response>) | undefined
}

/**
 * Lets in who is signed in and allowed, and gives `handler` the user. Everybody else gets 401, or 303 to `signInPath`; 403
 * where `allow` says no; 503 with Retry-After where the record cannot be asked.
 *
 * ```ts
 * export default { fetch: session(sessions, requireUser(identity, (request, user) => new Response(`Hello, ${user.name}`))) }
 * ```
 */
export function requireUser<User, Id extends UserId, Rest extends unknown[]>(
  identity: Identity<Id, User>,
  handler: (request: Request, user: User, ...rest: Rest) => Response | Promise<Response>,
  options: RequireUserOptions = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const admission = await admit(identity, request)
    if ('user' in admission) return handler(request, admission.user, ...rest)
    if (options.deny !== undefined) return options.deny(request, admission.denial)
    const { status, headers, body } = denialResponse(admission.denial, options)
    return new Response(body, { status, headers })
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
