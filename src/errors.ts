/**
 * What went wrong, as a stable code. Branch on the code; the sentences may improve from release to release.
 *
 * | code | kind | thrown when |
 * |---|---|---|
 * | `ERR_SESSION_VALUE` | usage | a value cannot be stored: JSON would change it, or it is state rather than identity |
 * | `ERR_SESSION_VALUE` | data | a key is read that another application wrote, and only that one can read |
 * | `ERR_COOKIE_OVERFLOW` | usage | the cookie's name and value would pass 4096 bytes |
 * | `ERR_SESSION_OVERFLOW` | usage | a session in a server store would pass the bytes that the store allows one session |
 * | `ERR_SESSION_SENT` | usage | a session or jar was written after the response's headers left |
 * | `ERR_SESSION_READONLY` | usage | a session opened with `sessions.read()` was written |
 * | `ERR_SESSION_DESTROYED` | usage | a session was used after `destroy()`, or its flash after `reset()` |
 * | `ERR_SECRET` | usage | a secret is missing, too short, guessable or given twice |
 * | `ERR_OPTIONS` | usage | an option, an attribute or a combination of them is impossible |
 * | `ERR_REVOKED` | data | a sign-in or a renewed proof came after the user's sessions were revoked |
 * | `ERR_NOT_RECENT` | data | `requireRecent` wants the user to prove again who they are |
 * | `ERR_STORE_UNAVAILABLE` | system | the server store did not answer |
 */
export type SessionErrorCode =
  | 'ERR_SESSION_VALUE'
  | 'ERR_COOKIE_OVERFLOW'
  | 'ERR_SESSION_OVERFLOW'
  | 'ERR_SESSION_SENT'
  | 'ERR_SESSION_READONLY'
  | 'ERR_SESSION_DESTROYED'
  | 'ERR_SECRET'
  | 'ERR_OPTIONS'
  | 'ERR_REVOKED'
  | 'ERR_NOT_RECENT'
  | 'ERR_STORE_UNAVAILABLE'

/**
 * Whose turn it is: `usage`, the calling code is wrong; `data`, what came from outside is not acceptable;
 * `system`, something that the session depends on failed.
 */
export type SessionErrorKind = 'usage' | 'data' | 'system'

/**
 * The one error that coatcheck throws. Its message says what happened, where, how much and what to do; it names keys
 * and sizes, never values. The first frame of its stack is the caller's own line.
 */
export class SessionError extends Error {
  override readonly name = 'SessionError'
  readonly code: SessionErrorCode
  readonly kind: SessionErrorKind
  /** The HTTP status of a response to it, which Express and Koa read from an error: 500 but for what is nobody's fault. */
  readonly status: number
  /** Headers of that response, which both read too. */
  readonly headers: Readonly<Record<string, string>> | undefined
  /** The code, where the store did not answer: of an error in production Next.js shows `error.tsx` this alone. */
  declare readonly digest?: string

  constructor(code: SessionErrorCode, message: string, options: { kind?: SessionErrorKind; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.kind = options.kind ?? 'usage'
    this.status = STATUSES[code] ?? 500
    const isOutage = code === 'ERR_STORE_UNAVAILABLE'
    this.headers = isOutage ? { 'Retry-After': String(RETRY_AFTER_SECONDS) } : undefined
    if (isOutage) this.digest = code
  }
}

const STATUSES: { readonly [Code in SessionErrorCode]?: number } = {
  ERR_REVOKED: 401,
  ERR_NOT_RECENT: 403,
  ERR_STORE_UNAVAILABLE: 503,
}

/** Long enough for a database to fail over, short enough for somebody who waits. */
export const RETRY_AFTER_SECONDS: number = 5

/**
 * Why a cookie, or any sealed text, was not accepted. A reason is for logs and metrics: every refusal looks the same
 * to the visitor.
 *
 * | reason | the cookie … |
 * |---|---|
 * | `missing` | was not sent |
 * | `malformed` | is no sealed text of a version we know: wrong alphabet, length, version byte or content |
 * | `tampered` | does not authenticate: changed on the way, or sealed for another cookie name or purpose |
 * | `unknown-secret` | was sealed with a secret that is not, or no longer, in the ring |
 * | `expired-idle` | was not used for longer than the idle timeout |
 * | `expired-absolute` | is older than the absolute timeout, or (a sealed value) past its own expiry |
 * | `too-large` | is longer than any browser would send |
 * | `duplicate` | came with another cookie of its name, and nobody can tell which one is meant |
 * | `schema` | holds data that the schema does not accept |
 * | `revoked` | belongs to a session that was ended on the server |
 * | `not-found` | names a session that the store does not hold |
 */
export type RefusedReason =
  | 'missing'
  | 'malformed'
  | 'tampered'
  | 'unknown-secret'
  | 'expired-idle'
  | 'expired-absolute'
  | 'too-large'
  | 'duplicate'
  | 'schema'
  | 'revoked'
  | 'not-found'

/** Whether it is an error, of whatever realm: in a test runner those of Node itself are not an `instanceof Error`. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}

/**
 * Runs `body`; a `SessionError` that it throws gets a stack that begins at the caller of `boundary`, so that the first
 * frame is the line that made the mistake.
 */
export function blameCaller<Result>(boundary: object, body: () => Result): Result {
  try {
    return body()
  } catch (error) {
    if (error instanceof SessionError) {
      // as: every boundary is a function or a class, generic ones included, which no narrower type says
      Error.captureStackTrace(error, boundary as () => void)
      // JavaScriptCore drops a frame that returns what another call returns, as a boundary does; then its caller is ours.
      if (error.stack?.includes('\n    at ') !== true) Error.captureStackTrace(error, blameCaller)
      listeners.get(error)?.(lineOf(error))
      listeners.delete(error)
    }
    throw error
  }
}

const listeners = new WeakMap<SessionError, (line: string | undefined) => void>()

/** Has `hear` told which line an error is of, once, when `blameCaller` has found it: where it is thrown, nobody knows. */
export function tellLine(error: SessionError, hear: (line: string | undefined) => void): SessionError {
  listeners.set(error, hear)
  return error
}

const FIRST_FRAME = /\n {4}at (?:.*\()?(.+?:\d+:\d+)\)?(?:\n|$)/

/** File, line and column where an error was thrown, as its stack has them. */
export function lineOf({ stack }: Error): string | undefined {
  return stack === undefined ? undefined : FIRST_FRAME.exec(stack)?.[1]
}

const KEYS_NAMED = 3

/** The heaviest keys for the message of an overflow: the first of them, and `"notes" 4295, "flash" 212`. */
export function heaviestKeys(byKey: ReadonlyMap<string, number>): { readonly first: string; readonly named: string } {
  const heaviest = [...byKey].toSorted(([, a], [, b]) => b - a).slice(0, KEYS_NAMED)
  return { first: heaviest[0]?.[0] ?? '', named: heaviest.map(([key, size]) => `"${key}" ${size}`).join(', ') }
}
