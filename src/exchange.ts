import type { CookieJar } from './cookies/jar.ts'
import type { CookieContext } from './cookies/set-cookie.ts'
import { createSession, type Session } from './session/session.ts'
import type { SessionState } from './session/state.ts'

/** What an adapter knows of a request. */
export interface RequestFacts {
  /** The Cookie header as it came; several are joined with `; `, as HTTP/2 clients may send them. */
  readonly cookieHeader: string | null | undefined
  /** Whether the request came over https. Asked when the cookie is written. */
  readonly isSecure: () => boolean
}

/** What the response's headers need. */
export interface CommitHeaders {
  /** One Set-Cookie line each, to be added to those of the application. */
  readonly setCookie: readonly string[]
  /** Whether the response needs `Vary: Cookie`. */
  readonly vary: boolean
  /** Whether the response needs `Cache-Control: no-store`, unless the application set a Cache-Control itself. */
  readonly noStore: boolean
}

/** One request and its response. */
export interface Exchange<Data extends object> {
  readonly session: Session<Data>
  readonly jar: CookieJar
  /**
   * Fetches the session that the request names from the server store. `undefined` where there is nothing to wait for: the
   * cookie holds the session, or the request has none. Rejects with `ERR_STORE_UNAVAILABLE`.
   */
  load(): Promise<void> | undefined
  /**
   * Decides what the response has to carry, once; afterwards every write throws `ERR_SESSION_SENT`. A promise where a store
   * has to acknowledge first; rejects with `ERR_STORE_UNAVAILABLE`.
   */
  commit(): CommitHeaders | Promise<CommitHeaders>
}

/** What an exchange is made of, each part when it is first asked for: most requests of a server touch none. */
interface Parts {
  readonly newState: () => SessionState
  readonly newJar: () => CookieJar
  readonly isSecure: () => boolean
  readonly sessionCookie: (state: SessionState, context: CookieContext) => string | undefined
}

export function createExchange<Data extends object>(parts: Parts): Exchange<Data> {
  return new RequestExchange(parts)
}

/** A class, because V8 takes ten microseconds to make an object literal with accessors. */
class RequestExchange<Data extends object> implements Exchange<Data> {
  readonly #parts: Parts
  #state: SessionState | undefined
  #session: Session<Data> | undefined
  #jar: CookieJar | undefined
  #sent = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get session(): Session<Data> {
    if (this.#session !== undefined) return this.#session
    this.#state = this.#parts.newState()
    if (this.#sent) this.#state.lock('sent')
    this.#session = createSession<Data>(this.#state)
    return this.#session
  }

  get jar(): CookieJar {
    if (this.#jar !== undefined) return this.#jar
    this.#jar = this.#parts.newJar()
    if (this.#sent) this.#jar.commit()
    return this.#jar
  }

  load(): undefined {
    return undefined
  }

  commit(): CommitHeaders {
    this.#sent = true
    const state = this.#state
    const jar = this.#jar
    if (state === undefined && jar === undefined) return NOTHING
    const context: CookieContext = { secure: this.#parts.isSecure() }
    const line = state && this.#parts.sessionCookie(state, context)
    const setCookies = [...(jar?.commit(context) ?? []), ...(line === undefined ? [] : [line])]
    const wasRead = state?.wasOpened === true || jar?.wasRead === true
    state?.lock('sent')
    return { setCookie: setCookies, vary: wasRead || setCookies.length > 0, noStore: line !== undefined }
  }
}

const NOTHING: CommitHeaders = Object.freeze({ setCookie: [], vary: false, noStore: false })
