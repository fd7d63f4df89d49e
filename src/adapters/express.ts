import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Identity, UserId } from '../identity/index.ts'
import type { RegisteredSession } from '../register.ts'
import type { Sessions } from '../sessions.ts'
import { admit } from './admission.ts'
import { afterLoad } from './after-load.ts'
import { defineSession, setSessions } from './session-property.ts'
import { attach, deny, type RequireUserOptions } from './node.ts'

export type { Denial } from './admission.ts'
export type { RequireUserOptions } from './node.ts'

declare global {
  namespace Express {
    interface Request {
      /** The session, typed by `Register` (see `coatcheck`); the same object as `sessions.of(req)`. */
      session: RegisteredSession
    }
  }
}

/** What we use of an Express request, version 4 or 5. */
export interface ExpressRequest extends IncomingMessage {
  /** True for https, and for what `app.set('trust proxy', …)` believes came over https. */
  readonly secure: boolean
}

/**
 * Middleware for Express 4 and 5: after it, `sessions.of(req)` and `req.session` are the session of the request.
 *
 * ```ts
 * const app = express().use(session(sessions))
 * app.post('/accounts/:id/switch', (req, res) => {
 *   sessions.of(req).accountId = Number(req.params.id)
 *   res.redirect('/dashboard')
 * })
 * ```
 *
 * `Secure: 'auto'` follows `req.secure`, and so the application's `trust proxy` setting.
 *
 * With a server store, the next handler runs when the session is there, and what the handlers send leaves when the store has
 * acknowledged. If the store does not answer, all of that is dropped and the error goes to the application's error handler,
 * on a response that is fresh again; where there is none, Express answers 503 with Retry-After.
 */
export function session<Data extends object>(
  sessions: Sessions<Data>,
): (request: ExpressRequest, response: ServerResponse, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    const loaded = attach(sessions, request, response, () => request.secure, next).load()
    if (!('session' in request)) defineSession(sharedBy(request))
    setSessions(request, sessions)
    if (loaded === undefined) next()
    else void afterLoad(loaded, next, next)
  }
}

/** What all requests of an application inherit from (`app.request`); where there is no Express, the request itself. */
function sharedBy(request: object): object {
  const shared: unknown = Object.getPrototypeOf(request)
  return typeof shared === 'object' && shared !== null && Object.hasOwn(shared, 'app') ? shared : request
}

/**
 * Middleware that lets in who is signed in and allowed; the handler gets the user from `identity.currentUser(session)`, which
 * asks nobody again. Everybody else gets 401, or 303 to `signInPath`; 403 where `allow` says no; 503 with Retry-After where the
 * record cannot be asked.
 *
 * ```ts
 * app.use('/account', requireUser(identity, { signInPath: '/sign-in' }))
 * ```
 */
export function requireUser<
  User,
  Id extends UserId,
  Request extends ExpressRequest = ExpressRequest,
  Response extends ServerResponse = ServerResponse,
>(
  identity: Identity<Id, User>,
  options: RequireUserOptions<Request, Response> = {},
): (request: Request, response: Response, next: (error?: unknown) => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      const admission = await admit(identity, request)
      if ('denial' in admission) await deny(request, response, admission.denial, options)
      else next()
    } catch (error) {
      next(error) // Express 4 does not wait for a promise
    }
  }
}
