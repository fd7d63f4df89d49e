import type { DefaultState, Middleware, ParameterizedContext } from 'koa'
import type { Exchange, RequestFacts } from '../exchange.ts'
import type { Identity, UserId } from '../identity/index.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../sessions.ts'
import { admit, denialResponse, type Denial, type DenialOptions } from './admission.ts'
import { commitBeforeHeaders } from './committed-response.ts'
import { headerOf } from './node-request.ts'
import { defineSession, setSessions } from './session-property.ts'

export type { Denial } from './admission.ts'

/**
 * Middleware for Koa 2 and 3: after it, `sessions.of(ctx)` and `ctx.session` are the session of the request, and typed.
 *
 * ```ts
 * const app = new Koa().use(session(sessions))
 * app.use((ctx) => {
 *   ctx.session.visits = (ctx.session.visits ?? 0) + 1
 *   ctx.body = `visit ${ctx.session.visits}`
 * })
 * ```
 *
 * The cookie is decided when the headers leave, so middleware that came before may still write after `await next()`. Of two
 * sessions, `ctx.session` is the first one's. `Secure: 'auto'` follows `ctx.secure`, and so `app.proxy`.
 *
 * With a server store, the next middleware runs when the session is there, and the answer leaves when the store has
 * acknowledged. If the store does not answer, the error goes where Koa's errors go: to `app.on('error')`, and the visitor gets
 * 503 with Retry-After.
 */
export function session<Data extends object>(
  sessions: Sessions<Data>,
): Middleware<DefaultState, { readonly session: Session<Data> }> {
  return async (ctx, next) => {
    const loaded = sessions.begin(ctx, new KoaFacts(ctx)).load()
    if (loaded !== undefined) await loaded
    const { context } = ctx.app
    if (!('session' in context)) defineSession(context)
    setSessions(ctx, sessions)
    await next()
  }
}

/** Asks Koa when somebody wants to know. */
class KoaFacts implements RequestFacts {
  readonly #ctx: ParameterizedContext

  constructor(ctx: ParameterizedContext) {
    this.#ctx = ctx
  }

  get cookieHeader(): string | undefined {
    return this.#ctx.req.headers.cookie
  }

  header(name: string): string | undefined {
    return headerOf(this.#ctx.req, name)
  }

  isSecure(): boolean {
    return this.#ctx.secure
  }

  onUse(exchange: Exchange<object>): void {
    const ctx = this.#ctx
    commitBeforeHeaders(ctx.res, { exchange, failed: (error) => ctx.onerror(error as Error) }) // as: Koa looks what it is
  }
}

/** How `requireUser` answers whom it does not let in. */
export interface RequireUserOptions extends DenialOptions {
  /** Answers in place of the default. */
  deny?(ctx: ParameterizedContext, denial: Denial): unknown
}

/**
 * Middleware that lets in who is signed in and allowed, and gives the next one `ctx.state.user`. Everybody else gets 401, or 303
 * to `signInPath`; 403 where `allow` says no; 503 with Retry-After where the record cannot be asked.
 *
 * ```ts
 * router.get('/account', requireUser(identity, { signInPath: '/sign-in' }), (ctx) => {
 *   ctx.body = `Hello, ${ctx.state.user.name}`
 * })
 * ```
 */
export function requireUser<User, Id extends UserId>(
  identity: Identity<Id, User>,
  options: RequireUserOptions = {},
): Middleware<{ user: User }> {
  return async (ctx, next) => {
    const admission = await admit(identity, ctx)
    if ('user' in admission) {
      ctx.state.user = admission.user
      await next()
    } else if (options.deny !== undefined) {
      await options.deny(ctx, admission.denial)
    } else {
      const { status, headers, body } = denialResponse(admission.denial, options)
      ctx.status = status
      ctx.set(headers)
      ctx.body = body
    }
  }
}
