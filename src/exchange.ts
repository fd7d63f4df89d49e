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
  /** Decides what the response has to carry, once; afterwards every write throws `ERR_SESSION_SENT`. */
  commit(): CommitHeaders
}

/** The two halves of a request, each made when it is first asked for: most requests of a server touch neither. */
export function createExchange<Data extends object>(parts: {
  readonly newState: () => SessionState
  readonly newJar: () => CookieJar
  readonly isSecure: () => boolean
  readonly sessionCookie: (state: SessionState, context: CookieContext) => string | undefined
}): Exchange<Data> {
  let state: SessionState | undefined
  let session: Session<Data> | undefined
  let jar: CookieJar | undefined
  let sent = false
  return {
    get session() {
      if (session !== undefined) return session
      state = parts.newState()
      if (sent) state.lock('sent')
      session = createSession<Data>(state)
      return session
    },
    get jar() {
      if (jar !== undefined) return jar
      jar = parts.newJar()
      if (sent) jar.commit()
      return jar
    },
    commit() {
      sent = true
      if (state === undefined && jar === undefined) return NOTHING
      const context: CookieContext = { secure: parts.isSecure() }
      const line = state && parts.sessionCookie(state, context)
      const setCookies = [...(jar?.commit(context) ?? []), ...(line === undefined ? [] : [line])]
      const wasRead = state?.wasOpened === true || jar?.wasRead === true
      state?.lock('sent')
      return { setCookie: setCookies, vary: wasRead || setCookies.length > 0, noStore: line !== undefined }
    },
  }
}

const NOTHING: CommitHeaders = Object.freeze({ setCookie: [], vary: false, noStore: false })
