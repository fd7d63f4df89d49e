import type { ReadonlySession } from '../session/readonly-session.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../sessions.ts'
import type { NextCookies } from './next-cookies.ts'

/** Functions of Next that are handed over: `cookies` and `headers` of `next/headers`, `refresh` of `next/cache`. */
export interface NextFunctions {
  readonly cookies: () => Promise<NextCookies>
  readonly headers: () => Promise<Pick<Headers, 'get' | 'has'>>
  readonly refresh: () => void
}

/** `NextResponse` of `next/server`. */
export interface NextResponses {
  next(init: { readonly headers: Headers; readonly request?: { readonly headers: Headers } }): Response
}

/** Sessions for the App Router of Next.js. In every wrapper the session comes first, and then what Next passes. */
export interface NextSessions<Data extends object> extends Omit<Sessions<Data>, 'read'> {
  /**
   * The session of this request: for reading only in server components, where writing is refused by the compiler and throws
   * `ERR_SESSION_READONLY`. In an action or a route handler it is the session that this one holds. Read once a request.
   *
   * @throws `ERR_STORE_UNAVAILABLE`
   */
  read(): Promise<ReadonlySession<Data>>
  /**
   * A server action. What it wrote is committed when it returns, and when it leaves by `redirect()`, `notFound()`,
   * `forbidden()` or `unauthorized()`; any other error commits nothing. Called by another action, it is a part of that one.
   */
  action<Args extends unknown[], Result>(
    run: (session: Session<Data>, ...args: Args) => Result | Promise<Result>,
  ): (...args: Args) => Promise<Result>
  /** A route handler. The same rules; answers 503 where the store does not answer. */
  route<Incoming extends Request, Rest extends unknown[]>(
    handle: (session: Session<Data>, request: Incoming, ...rest: Rest) => Response | Promise<Response>,
  ): (request: Incoming, ...rest: Rest) => Promise<Response>
  /**
   * What `proxy.ts` exports. Keeps sessions alive, which server components cannot, and lets `guard` turn requests away: by a
   * response, or by nothing to let them through. What becomes of the session here reaches the browser and the page.
   */
  proxy<Incoming extends Request, Rest extends unknown[]>(
    responses: NextResponses,
    guard?: (session: Session<Data>, request: Incoming, ...rest: Rest) => Guarded | Promise<Guarded>,
  ): (request: Incoming, ...rest: Rest) => Promise<Response>
}

// oxlint-disable-next-line typescript/no-invalid-void-type -- a guard that lets through may have no return statement
type Guarded = Response | undefined | void
