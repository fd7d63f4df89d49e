import type { Exchange, RequestFacts } from '../exchange.ts'
import type { Identity, UserId } from '../identity/index.ts'
import type { Sessions } from '../sessions.ts'
import { admit, denialResponse, isUnavailable, type Denial, type DenialOptions } from './admission.ts'
import { afterLoad } from './after-load.ts'
import { commitBeforeHeaders } from './committed-response.ts'
import { answerInstead } from './failed-answer.ts'
import { answer, answerFailure, type SessionOptions } from './node-answer.ts'
import { headerOf } from './node-request.ts'
import type { NodeRequest, NodeResponse } from './node-response.ts'

export type { Denial } from './admission.ts'
export type { SessionOptions } from './node-answer.ts'
export type { NodeRequest, NodeResponse } from './node-response.ts'

/**
 * Gives `handler` sessions: inside it, `sessions.of(request)` is the session of that request.
 *
 * ```ts
 * http.createServer(session(sessions, (request, response) => {
 *   const session = sessions.of(request)
 *   session.visits = (session.visits ?? 0) + 1
 *   response.end(`visit ${session.visits}`)
 * }))
 * ```
 *
 * The cookie is decided when the headers leave, whatever makes them leave; after that, writing throws `ERR_SESSION_SENT`.
 * `Secure: 'auto'` looks at the connection; behind a proxy, set `cookie: { secure: true }`.
 *
 * With a server store, `handler` is called when the session is there, and what it sends leaves when the store has
 * acknowledged; if the store does not answer, all of it is dropped for a 503.
 *
 * @returns what `handler` returns; a promise of it where the session had to be fetched, of `undefined` where that failed
 */
export function session<Data extends object, Request extends NodeRequest, Response extends NodeResponse, Result>(
  sessions: Sessions<Data>,
  handler: (request: Request, response: Response) => Result,
  options: SessionOptions<NoInfer<Request>, NoInfer<Response>> = {},
): (request: Request, response: Response) => Result | Promise<Awaited<Result> | undefined> {
  return (request, response) => {
    const failed = (error: unknown): unknown => answerFailure(request, response, error, options)
    const exchange = attach(sessions, request, response, () => isEncrypted(request), failed)
    const loaded = exchange.load()
    if (loaded === undefined) return handler(request, response)
    const answerUnloaded = async (error: unknown): Promise<void> => {
      await answerInstead(response, exchange, () => failed(error))
      // What the application's own code threw, as `migrate`, goes where an error of the handler goes.
      if (!isUnavailable(error)) throw error
    }
    return afterLoad(loaded, () => handler(request, response), answerUnloaded)
  }
}

/** How `requireUser` answers whom it does not let in. */
export interface RequireUserOptions<Request, Response> extends DenialOptions {
  /** Answers in place of the default. */
  deny?(request: Request, response: Response, denial: Denial): unknown
}

/**
 * Lets in who is signed in and allowed, and gives `handler` the user. Everybody else gets 401, or 303 to `signInPath`; 403
 * where `allow` says no; 503 with Retry-After where the record cannot be asked.
 *
 * ```ts
 * http.createServer(session(sessions, requireUser(identity, (request, response, user) => response.end(`Hello, ${user.name}`))))
 * ```
 */
export function requireUser<User, Id extends UserId, Request extends NodeRequest, Response extends NodeResponse>(
  identity: Identity<Id, User>,
  handler: (request: Request, response: Response, user: User) => unknown,
  options: RequireUserOptions<NoInfer<Request>, NoInfer<Response>> = {},
): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    const admission = await admit(identity, request)
    if ('user' in admission) await handler(request, response, admission.user)
    else await deny(request, response, admission.denial, options)
  }
}

/** Answers a request that is not let in. For adapters of frameworks that stand on `node:http`. */
export async function deny<Request, Response extends NodeResponse>(
  request: Request,
  response: Response,
  denial: Denial,
  options: RequireUserOptions<Request, Response>,
): Promise<void> {
  if (options.deny === undefined) answer(response, denialResponse(denial, options))
  else await options.deny(request, response, denial)
}

/**
 * Begins the exchange of `request` and has it committed by the first thing that makes the headers of `response` leave:
 * `writeHead`, `write`, `end`, `flushHeaders` or a pipe. For adapters of frameworks that stand on `node:http`, which have two
 * things left to do:
 *
 * - Wait for `load()` of the exchange before the handler runs, where it gives a promise; if that rejects, answer 503 or hand
 *   the error to the framework. The body of the request is not lost: Node keeps it until somebody reads.
 * - Say in `failed` how to answer when the store did not acknowledge what the handler wrote.
 *
 * While a store has not acknowledged, the response looks to the application as if its headers had left: `headersSent` is
 * true, `setHeader` throws `ERR_HTTP_HEADERS_SENT` (HTTP/2: `ERR_HTTP2_HEADERS_SENT`), `write` returns false and `drain`
 * follows. Then everything leaves in order, or nothing does: the response is fresh again but for headers that describe no
 * answer (security policies, CORS, `Vary`), with the methods that it had when `attach` saw it first, and `failed` is called.
 * What is sent from there on leaves without the session, whose cookie stays as it is.
 *
 * @param isSecure whether the request came over https, as the framework's trust setting sees it
 * @param failed answers in place of what was dropped. Default: 503 with Retry-After and `{"error":"unavailable"}`
 */
export function attach<Data extends object>(
  sessions: Sessions<Data>,
  request: NodeRequest,
  response: NodeResponse,
  isSecure: () => boolean,
  failed: (error: unknown) => unknown = (error) => answerFailure(request, response, error, {}),
): Exchange<Data> {
  const exchange = sessions.begin(request, new NodeFacts(request, isSecure))
  commitBeforeHeaders(response, { exchange, failed })
  return exchange
}

/** Node takes the headers of a request apart when somebody asks for one; who does not look at the session does not. */
class NodeFacts implements RequestFacts {
  readonly #request: NodeRequest
  readonly isSecure: () => boolean

  constructor(request: NodeRequest, isSecure: () => boolean) {
    this.#request = request
    this.isSecure = isSecure
  }

  get cookieHeader(): string | undefined {
    return this.#request.headers.cookie
  }

  header(name: string): string | undefined {
    return headerOf(this.#request, name)
  }
}

function isEncrypted(request: NodeRequest): boolean {
  return 'encrypted' in request.socket && request.socket.encrypted
}
