import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { CommitHeaders, Exchange } from '../exchange.ts'
import type { Identity, UserId } from '../identity/index.ts'
import type { Sessions } from '../sessions.ts'
import { admit, denialResponse, type Denial, type DenialOptions } from './admission.ts'
import { varyWithCookie } from './vary.ts'

export type { Denial } from './admission.ts'

/** A request of `node:http`, `node:https` or the compatibility API of `node:http2`. */
export type NodeRequest = IncomingMessage | Http2ServerRequest
export type NodeResponse = ServerResponse | Http2ServerResponse

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
 */
export function session<Data extends object, Request extends NodeRequest, Response extends NodeResponse, Result>(
  sessions: Sessions<Data>,
  handler: (request: Request, response: Response) => Result,
): (request: Request, response: Response) => Result {
  return (request, response) => {
    attach(sessions, request, response, () => isEncrypted(request))
    return handler(request, response)
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
  if (options.deny !== undefined) {
    await options.deny(request, response, denial)
    return
  }
  const { status, headers, body } = denialResponse(denial, options)
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.end(body)
}

/**
 * Begins the exchange of `request` and has it committed by the first thing that makes the headers of `response` leave:
 * `writeHead`, `write`, `end`, `flushHeaders` or a pipe. All of them go through `writeHead`, which is why nothing else is
 * touched. For adapters of frameworks that stand on `node:http`.
 *
 * @param isSecure whether the request came over https, as the framework's trust setting sees it
 */
export function attach<Data extends object>(
  sessions: Sessions<Data>,
  request: NodeRequest,
  response: NodeResponse,
  isSecure: () => boolean,
): Exchange<Data> {
  const exchange = sessions.begin(request, { cookieHeader: request.headers.cookie, isSecure })
  const committed = exchangesOf(response)
  if (committed.includes(exchange)) return exchange
  committed.push(exchange)
  commitBeforeHeaders(response, exchange)
  return exchange
}

/** Which exchanges a response commits already: an application mounted in another one may bring the middleware twice. */
function exchangesOf(response: NodeResponse & { [COMMITTED]?: unknown[] }): unknown[] {
  const known = response[COMMITTED]
  if (known !== undefined) return known
  const none: unknown[] = []
  Object.defineProperty(response, COMMITTED, { value: none })
  return none
}

const COMMITTED: unique symbol = Symbol('sessions that this response commits')

type WriteHead = (status: number, ...rest: unknown[]) => NodeResponse

function commitBeforeHeaders(response: NodeResponse, exchange: { commit(): CommitHeaders }): void {
  const writeHead = response.writeHead as WriteHead // as: its overloads differ only in what they leave out
  let committed = false
  const committingWriteHead: WriteHead = (status, ...rest) => {
    if (committed) return writeHead.call(response, status, ...rest)
    committed = true
    const commit = exchange.commit()
    if (!commit.vary) return writeHead.call(response, status, ...rest)
    const headers = rest.findLast((argument) => typeof argument === 'object' && argument !== null)
    // Headers given to writeHead replace those set before it, ours included: so they are set first, and ours added.
    if (headers !== undefined) setAll(response, headers)
    addHeaders(response, commit)
    const [reason] = rest
    return writeHead.call(response, status, ...(typeof reason === 'string' ? [reason] : []))
  }
  Object.assign(response, { writeHead: committingWriteHead })
}

/** Headers as `writeHead` takes them: an object, a flat list of names and values, or (HTTP/2) a list of pairs. */
function setAll(response: NodeResponse, headers: object): void {
  const pairs = Array.isArray(headers) ? pairsOf(headers) : Object.entries(headers)
  const seen = new Set<string>()
  for (const [name, value] of pairs) {
    const key = name.toLowerCase()
    if (seen.has(key)) response.appendHeader(name, value as string) // as: Node checks the value itself
    else response.setHeader(name, value as string) // as: see above
    seen.add(key)
  }
}

function pairsOf(list: readonly unknown[]): [string, unknown][] {
  if (Array.isArray(list[0])) return list as [string, unknown][] // as: the list-of-pairs form
  const pairs: [string, unknown][] = []
  for (let at = 0; at < list.length; at += 2) pairs.push([String(list[at]), list[at + 1]])
  return pairs
}

function addHeaders(response: NodeResponse, { setCookie, noStore }: CommitHeaders): void {
  const vary = varyWithCookie([response.getHeader('vary') ?? []].flat().join(', '))
  if (vary !== undefined) response.setHeader('Vary', vary)
  if (noStore && !response.hasHeader('cache-control')) response.setHeader('Cache-Control', 'no-store')
  for (const line of setCookie) response.appendHeader('Set-Cookie', line)
}

function isEncrypted(request: NodeRequest): boolean {
  return 'encrypted' in request.socket && request.socket.encrypted
}
