import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CommitHeaders, Exchange, RequestFacts } from '../exchange.ts'
import type { Identity, UserId } from '../identity/index.ts'
import type { Sessions } from '../sessions.ts'
import { admit, denialResponse, type Denial, type DenialOptions } from './admission.ts'
import { commitBeforeHeaders } from './committed-response.ts'
import { addHeaders, forgetAnswer } from './fastify-reply.ts'
import { answerFailure } from './node-answer.ts'
import { headerOf } from './node-request.ts'
import { refuseAssignment } from './session-property.ts'
import { veil } from './veil.ts'

export type { Denial } from './admission.ts'

/**
 * Plugin for Fastify 5: in its routes, `sessions.of(request)` and `request.session` are the session of the request.
 *
 * ```ts
 * const app = fastify()
 * app.register(coatcheck, { sessions })
 * app.post('/accounts/:id/switch', (request, reply) => {
 *   sessions.of(request).accountId = Number(request.params.id)
 *   return reply.redirect('/dashboard')
 * })
 * ```
 *
 * Register it inside another plugin to give sessions to that plugin's routes alone. `sessions.of(request)` is typed as it is;
 * an application that prefers `request.session` declares it, as Fastify asks of every decorator:
 *
 * ```ts
 * declare module 'fastify' {
 *   interface FastifyRequest { readonly session: Session<BillingSession> }
 * }
 * ```
 *
 * The session is loaded in `onRequest` and committed in `onSend`, after the `onSend` hooks that were added before. If its store
 * does not answer, what the handler sent is dropped and the error goes to the error handler; Fastify's own answers 503 with
 * Retry-After. Where a reply is hijacked, the session is committed when the headers of `reply.raw` leave. `Secure: 'auto'`
 * follows `request.protocol`, and so the server's `trustProxy` setting.
 */
export function coatcheck<Data extends object>(
  app: FastifyInstance,
  { sessions }: { readonly sessions: Sessions<Data> },
  done: () => void,
): void {
  const exchangeOf = (request: FastifyRequest, reply: FastifyReply): Exchange<Data> =>
    sessions.begin(request, new FastifyFacts(request, reply))

  // Of two sessions, the first has the name; so has another plugin that took it.
  if (!app.hasRequestDecorator('session')) {
    app.decorateRequest('session', {
      getter(this: FastifyRequest): never {
        return sessions.of(this) as never // as: the application declares what `request.session` is
      },
      setter: refuseAssignment,
    })
  }
  app.addHook('onRequest', (request, reply, next) => {
    const loaded = exchangeOf(request, reply).load()
    if (loaded === undefined) next()
    return loaded as undefined // as: Fastify waits for a promise, whatever its type says of hooks with `next`
  })
  app.addHook('onSend', (request, reply, payload, next) => {
    const commit = exchangeOf(request, reply).commit()
    if (commit instanceof Promise) return acknowledged(commit, reply, payload) as unknown as undefined // as: see above
    addHeaders(reply, commit)
    next()
    return undefined
  })
  done()
}

/**
 * Until then, the reply looks as if it were sent: to Fastify, which would send another one after an async handler that does not
 * return the reply, and to a handler that sends twice.
 */
async function acknowledged(commit: Promise<CommitHeaders>, reply: FastifyReply, payload: unknown): Promise<void> {
  const cover = veil(reply.raw)
  cover.took('end')
  try {
    const headers = await commit
    cover.lift()
    addHeaders(reply, headers)
  } catch (error) {
    cover.lift()
    forgetAnswer(reply, payload)
    throw error
  }
}

/** Asks Fastify when somebody wants to know. */
class FastifyFacts implements RequestFacts {
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.#request = request
    this.#reply = reply
  }

  get cookieHeader(): string | undefined {
    return this.#request.headers.cookie
  }

  header(name: string): string | undefined {
    return headerOf(this.#request, name)
  }

  isSecure(): boolean {
    return this.#request.protocol === 'https'
  }

  /** For whoever goes past Fastify, and so past `onSend` and the error handler. */
  onUse(exchange: Exchange<object>): void {
    const { raw } = this.#reply
    commitBeforeHeaders(raw, { exchange, failed: (error) => answerFailure(this.#request, raw, error, {}) })
  }
}

// What `fastify-plugin` does: the hooks belong to the instance that registers, and not to a child of it.
Object.assign(coatcheck, { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'coatcheck' })

/** How `requireUser` answers whom it does not let in. */
export interface RequireUserOptions extends DenialOptions {
  /** Answers in place of the default. */
  deny?(request: FastifyRequest, reply: FastifyReply, denial: Denial): unknown
}

/**
 * A `preHandler` hook that lets in who is signed in and allowed; the handler gets the user from `identity.currentUser(session)`,
 * which asks nobody again. Everybody else gets 401, or 303 to `signInPath`; 403 where `allow` says no; 503 with Retry-After
 * where the record cannot be asked.
 *
 * ```ts
 * app.get('/account', { preHandler: requireUser(identity, { signInPath: '/sign-in' }) }, handler)
 * ```
 */
export function requireUser<User, Id extends UserId>(
  identity: Identity<Id, User>,
  options: RequireUserOptions = {},
): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    const admission = await admit(identity, request)
    if ('user' in admission) return undefined
    if (options.deny !== undefined) return options.deny(request, reply, admission.denial)
    const { status, headers, body } = denialResponse(admission.denial, options)
    return reply.code(status).headers(headers).send(body)
  }
}
