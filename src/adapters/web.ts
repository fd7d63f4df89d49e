import type { SessionError } from '../errors.ts'
import type { Identity, UserId } from '../identity/index.ts'
import type { Sessions } from '../sessions.ts'
import { admit, denialResponse, isUnavailable, UNAVAILABLE, type Denial, type DenialOptions } from './admission.ts'
import { isOutermost, leaveToNext } from './outermost.ts'
import { WebFacts } from './web-facts.ts'
import { commitUpgraded, responseOf, takesHeaders, withHeaders } from './web-response.ts'

export type { Denial } from './admission.ts'

/** How `session` answers where the sessions are in a server store. */
export interface SessionOptions {
  /** Answers in place of the default, 503 with Retry-After, when the store could not be asked, before the handler or after. */
  readonly unavailable?: ((request: Request, error: SessionError) => Response | Promise<Response>) | undefined
}

/**
 * Gives `handler` sessions: inside it, `sessions.of(request)` is the session of that request.
 *
 * ```ts
 * export default { fetch: session(sessions, (request) => Response.json({ account: sessions.of(request).accountId ?? null })) }
 * ```
 *
 * The cookie is decided when the handler's response is there; a body that is still streaming by then can read the session,
 * and writing throws `ERR_SESSION_SENT`. `Secure: 'auto'` looks at the request's URL. An error that the handler throws is
 * passed on, and nothing is committed. Of several that get the same request, the outermost commits. What stands for a WebSocket
 * that has begun, a 101 or the `undefined` of Bun, passes as it is: no cookie can leave beside it.
 *
 * With a server store, `handler` is called when the session is there, and its response is given back when the store has
 * acknowledged; if the store does not answer, that response is dropped for a 503.
 *
 * @returns a promise where `handler` gives one or a store is asked. Else what `handler` gives and throws, at once: Hono and its
 *   like are quicker where nothing is waited for
 */
export function session<
  Data extends object,
  Incoming extends Request,
  Rest extends unknown[],
  Answer extends Response | undefined = Response,
>(
  sessions: Sessions<Data>,
  handler: (request: Incoming, ...rest: Rest) => Answer | Promise<Answer>,
  options: SessionOptions = {},
): (request: Incoming, ...rest: Rest) => Answer | Response | Promise<Answer | Response> {
  return (request, ...rest) => {
    const facts = new WebFacts(request)
    const exchange = sessions.begin(request, facts)
    if (!isOutermost(exchange)) return handler(request, ...rest)
    const answer = (response: Answer): Answer | Response | Promise<Answer | Response> => {
      if (!takesHeaders(response)) return commitUpgraded(exchange, facts).then(() => response)
      const commit = exchange.commit()
      if (!(commit instanceof Promise)) return withHeaders(response, commit)
      return commit.then(
        (headers) => withHeaders(response, headers),
        (error) => {
          // Nobody reads that body any more; it may be one that cannot be cancelled, because somebody is reading it.
          response.body?.cancel().catch(() => {})
          return answerFailure(request, error, options)
        },
      )
    }
    const failed = (error: unknown): never => {
      leaveToNext(exchange)
      throw error
    }
    const handle = (): Answer | Response | Promise<Answer | Response> => {
      let response: Answer | Promise<Answer>
      try {
        response = handler(request, ...rest)
      } catch (error) {
        return failed(error)
      }
      // as: a response is not a promise
      return response instanceof Response ? answer(response as Answer) : Promise.resolve(response).then(answer, failed)
    }
    const loaded = exchange.load()
    return loaded === undefined ? handle() : loaded.then(handle, (error) => answerFailure(request, error, options))
  }
}

function answerFailure(
  request: Request,
  error: unknown,
  { unavailable }: SessionOptions,
): Response | Promise<Response> {
  if (!isUnavailable(error)) throw error
  return unavailable === undefined ? responseOf(denialResponse(UNAVAILABLE)) : unavailable(request, error)
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
    return responseOf(denialResponse(admission.denial, options))
  }
}
