import type { CookieJar } from './cookies/jar.ts'
import { warnOfDropped, type PlainRequest } from './cookies/secure-over-http.ts'
import type { CookieContext } from './cookies/set-cookie.ts'
import type { Visit } from './persistence/persistence.ts'
import type { Outcome } from './session/outcome.ts'
import { createSession, type Session } from './session/session.ts'
import type { SessionState } from './session/state.ts'

/** What an adapter knows of a request. */
export interface RequestFacts extends PlainRequest {
  /** The Cookie header as it came; several are joined with `; `, as HTTP/2 clients may send them. */
  readonly cookieHeader: string | null | undefined
  /** Whether the request came over https. Asked when the cookie is written. */
  isSecure(): boolean
  /** Told before the session or the jar is first handed out: for adapters that have nothing to do where nobody asks for them. */
  onUse?(exchange: Exchange<object>): void
}

/** What the response's headers need. */
export interface CommitHeaders {
  /** One Set-Cookie line each, to be added to those of the application. */
  readonly setCookie: readonly string[]
  /** Whether the response needs `Vary: Cookie`. */
  readonly vary: boolean
  /**
   * Whether the response needs `Cache-Control: no-store`, unless the application kept it from shared caches itself. One that sets
   * a cookie has to be kept from them in any case.
   */
  readonly noStore: boolean
}

/**
 * What happens to the answer of a request.
 *
 * | type | when |
 * |---|---|
 * | `answer-failed` | Node refused what was sent when it was to leave, or the page in its place threw at `line`; `code` is the error's code or name |
 * | `unsent` | a cookie was due on an answer that takes none: a WebSocket had begun |
 * | `write-after-answer` | `line` wrote to a session or a jar after the headers had left, and got `ERR_SESSION_SENT` |
 */
export type AnswerEvent =
  | { readonly type: 'answer-failed'; readonly code: string; readonly line: string | undefined }
  | { readonly type: 'unsent' }
  | { readonly type: 'write-after-answer'; readonly line: string | undefined }

/** One request and its response. */
export interface Exchange<Data extends object> {
  readonly session: Session<Data>
  readonly jar: CookieJar
  /**
   * Fetches the session that the request names from its server store; to be waited for before a handler runs. `undefined` where
   * there is nothing to wait for. Rejects with `ERR_STORE_UNAVAILABLE`.
   */
  load(): Promise<void> | undefined
  /**
   * Decides what the response has to carry, once; afterwards every write throws `ERR_SESSION_SENT`, and whoever asks again gets
   * no cookie, but is told to keep out of caches what carries one. A promise where a server store has to acknowledge it first, or
   * the record of a user session that `reset()` or `destroy()` gave up, wherever sessions live: no header may leave before that.
   * Rejects with `ERR_STORE_UNAVAILABLE`; then the response says so (503) and carries no cookie of ours.
   */
  commit(): CommitHeaders | Promise<CommitHeaders>
  /** Tells the operator what became of the answer. */
  tell(event: AnswerEvent): void
}

/** What all exchanges of the same sessions are made of, each part when it is first asked for: most requests touch none. */
export interface ExchangeParts {
  /** Whether a session has to be fetched before it is used. */
  readonly fetches: boolean
  /** @throws `ERR_OPTIONS` where other sessions of the same name are in use on that request */
  readonly assertOnly: (request: object) => void
  readonly newVisit: (cookieHeader: string | null | undefined) => Visit
  readonly newState: (visit: Visit) => SessionState
  readonly newJar: (cookieHeader: string | null | undefined) => CookieJar
  /** The Set-Cookie lines for what became of the session. */
  readonly sessionCookies: (
    outcome: Outcome,
    context: CookieContext,
    cookieHeader: string | null | undefined,
    /** When the request came, by `performance.now()`. */
    began: number,
  ) => readonly string[]
  readonly emit: (event: AnswerEvent) => void
}

export function createExchange<Data extends object>(
  parts: ExchangeParts,
  facts: RequestFacts,
  request: object,
): Exchange<Data> {
  return new RequestExchange(parts, facts, request)
}

/** A class, because V8 takes ten microseconds to make an object literal with accessors. */
class RequestExchange<Data extends object> implements Exchange<Data> {
  readonly #parts: ExchangeParts
  readonly #facts: RequestFacts
  readonly #request: object
  #visit: Visit | undefined
  #fetched: Promise<void> | undefined
  #state: SessionState | undefined
  #session: Session<Data> | undefined
  #jar: CookieJar | undefined
  readonly #began = performance.now()
  #made: CookieContext | undefined
  #sent = false
  #again = NOTHING

  constructor(parts: ExchangeParts, facts: RequestFacts, request: object) {
    this.#parts = parts
    this.#facts = facts
    this.#request = request
  }

  get session(): Session<Data> {
    if (this.#session !== undefined) return this.#session
    this.#parts.assertOnly(this.#request)
    this.#facts.onUse?.(this)
    this.#visit ??= this.#parts.newVisit(this.#facts.cookieHeader)
    this.#state = this.#parts.newState(this.#visit)
    if (this.#sent) this.#state.lock('sent')
    this.#session = createSession<Data>(this.#state)
    return this.#session
  }

  get jar(): CookieJar {
    if (this.#jar !== undefined) return this.#jar
    this.#facts.onUse?.(this)
    this.#jar = this.#parts.newJar(this.#facts.cookieHeader)
    if (this.#sent) this.#jar.commit()
    return this.#jar
  }

  load(): Promise<void> | undefined {
    if (!this.#parts.fetches) return undefined
    if (this.#visit === undefined) {
      this.#visit = this.#parts.newVisit(this.#facts.cookieHeader)
      this.#fetched = this.#visit.fetch()
    }
    return this.#fetched
  }

  commit(): CommitHeaders | Promise<CommitHeaders> {
    if (this.#sent) return this.#again
    this.#sent = true
    const state = this.#state
    if (state === undefined && this.#jar === undefined) return NOTHING
    try {
      state?.settle()
    } catch (error) {
      state?.lock('sent')
      throw error
    }
    const lines = this.#jar?.commit(this.#context()) ?? NO_LINES
    const wasRead = state?.wasOpened === true || this.#jar?.wasRead === true
    const ending = state?.endClaims()
    const outcome = ending === undefined ? this.#keep(state) : ending.then(() => this.#keep(state))
    state?.lock('sent')
    if (outcome instanceof Promise) return outcome.then((kept) => this.#headers(kept, lines, wasRead))
    return this.#headers(outcome, lines, wasRead)
  }

  #keep(state: SessionState | undefined): Outcome | Promise<Outcome> {
    return state === undefined ? UNTOUCHED : (this.#visit?.commit(state) ?? UNTOUCHED)
  }

  tell(event: AnswerEvent): void {
    this.#parts.emit(event)
  }

  #headers(outcome: Outcome, lines: readonly string[], wasRead: boolean): CommitHeaders {
    if (outcome.verb === 'nothing' && lines.length === 0) return wasRead ? READ : NOTHING
    const own =
      outcome.verb === 'nothing'
        ? NO_LINES
        : this.#parts.sessionCookies(outcome, this.#context(), this.#facts.cookieHeader, this.#began)
    const setCookie = own.length === 0 ? lines : [...lines, ...own]
    if (setCookie.length > 0) {
      this.#again = CARRIES_COOKIE
      if (!this.#context().secure) warnOfDropped(setCookie, this.#facts)
    }
    return { setCookie, vary: wasRead || setCookie.length > 0, noStore: own.length > 0 }
  }

  /** Made where a cookie is written, and most responses write none: a framework may ask the system for the address of the peer. */
  #context(): CookieContext {
    return (this.#made ??= { secure: this.#facts.isSecure() })
  }
}

const NO_LINES: readonly string[] = []
const UNTOUCHED: Outcome = { verb: 'nothing' }
const NOTHING: CommitHeaders = Object.freeze({ setCookie: NO_LINES, vary: false, noStore: false })
const READ: CommitHeaders = Object.freeze({ setCookie: NO_LINES, vary: true, noStore: false })
const CARRIES_COOKIE: CommitHeaders = Object.freeze({ setCookie: NO_LINES, vary: true, noStore: true })
