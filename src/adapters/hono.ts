import type { Context, MiddlewareHandler } from 'hono'
import type { Identity, UserId } from '../identity/index.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../sessions.ts'
import { admit, denialResponse, isUnavailable, UNAVAILABLE, type Denial, type DenialOptions } from './admission.ts'
import { isOfOneAnswer } from './one-answer.ts'
import { isOutermost } from './outermost.ts'
import { WebFacts } from './web-facts.ts'
import { commitUpgraded, responseOf, takesHeaders, withHeaders } from './web-response.ts'

export type { Denial } from './admission.ts'

/**
 * Middleware for Hono 4: after it, `sessions.of(c)` and `c.var.session` are the session of the request, and typed.
 *
 * ```ts
 * const app = new Hono().use(session(sessions))
 * app.post('/accounts/:id/switch', (c) => {
 *   c.var.session.accountId = Number(c.req.param('id'))
 *   return c.redirect('/dashboard')
 * })
 * ```
 *
 * The cookie is decided when the response of the next handler is there; a body that is still streaming by then can read the
 * session, and writing throws `ERR_SESSION_SENT`. Of two sessions, `c.var.session` is the first one's. `Secure: 'auto'` looks at
 * the request's URL; behind a proxy, set `cookie: { secure: true }`.
 *
 * With a server store, the next handler runs when the session is there, and its response is given back when the store has
 * acknowledged. If the store does not answer, that response is dropped and the error goes to `app.onError`; where there is none,
 * Hono answers 503 with Retry-After.
 */
export function session<Data extends object>(
  sessions: Sessions<Data>,
): MiddlewareHandler<{ Variables: { readonly session: Session<Data> } }> {
  return async (c, next) => {
    const facts = new WebFacts(c.req.raw)
    const exchange = sessions.begin(c, facts)
    if (!isOutermost(exchange)) return next()
    try {
      const loaded = exchange.load()
      if (loaded !== undefined) await loaded
      if (c.get('session') === undefined) c.set('session', exchange.session)
      await next()
      if (!c.finalized || !takesHeaders(c.res)) return await commitUpgraded(exchange, facts)
      const commit = exchange.commit()
      const headers = commit instanceof Promise ? await commit : commit
      if (headers.vary) answer(c, withHeaders(c.res, headers))
      return undefined
    } catch (error) {
      throw isUnavailable(error) ? drop(c, error) : error
    }
  }
}

function answer(c: Context, response: Response): void {
  if (response === c.res) return
  c.res = undefined // or Hono adds the headers of the one that was there
  c.res = response
}

/** Takes back the answer that a handler gave, and says to Hono, as its own HTTPException does, what the default one is. */
function drop(c: Context, error: Error): Error {
  if (c.finalized) {
    const { body, headers } = c.res
    // Nobody reads that body any more; it may be one that cannot be cancelled, because somebody is reading it.
    body?.cancel().catch(() => {})
    c.res = undefined
    c.res = new Response(null, { headers: [...headers].filter(([name]) => !isOfOneAnswer(name)) })
  }
  return Object.assign(error, { getResponse: () => responseOf(denialResponse(UNAVAILABLE)) })
}

/** How `requireUser` answers whom it does not let in. */
export interface RequireUserOptions extends DenialOptions {
  /** Answers in place of the default. */
  deny?(c: Context, denial: Denial): Response | Promise<Response>
}

/**
 * Middleware that lets in who is signed in and allowed, and gives the next one `c.var.user`. Everybody else gets 401, or 303 to
 * `signInPath`; 403 where `allow` says no; 503 with Retry-After where the record cannot be asked.
 *
 * ```ts
 * app.get('/account', requireUser(identity, { signInPath: '/sign-in' }), (c) => c.text(`Hello, ${c.var.user.name}`))
 * ```
 */
export function requireUser<User, Id extends UserId>(
  identity: Identity<Id, User>,
  options: RequireUserOptions = {},
): MiddlewareHandler<{ Variables: { user: User } }> {
  return async (c, next) => {
    const admission = await admit(identity, c)
    if ('user' in admission) {
      c.set('user', admission.user)
      return next()
    }
    if (options.deny !== undefined) return options.deny(c, admission.denial)
    return responseOf(denialResponse(admission.denial, options))
  }
}
