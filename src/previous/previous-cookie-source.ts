import type { CheckedAttributes } from '../cookies/attributes.ts'
import type { CookieContext } from '../cookies/set-cookie.ts'
import type { RefusedReason } from '../errors.ts'
import type { MoveIn } from '../persistence/persistence.ts'
import type { SessionRecord } from '../session/host.ts'
import type { Lifetime } from '../session/lifetime.ts'
import type { Outcome } from '../session/outcome.ts'

/** What `createSessions` takes among `previousCookies`. */
export interface PreviousCookieSource {
  connect(host: PreviousCookieHost): PreviousCookieReader
}

/** What a previous cookie gets from the sessions that it is read for. */
export interface PreviousCookieHost {
  /** The session's own cookie. */
  readonly attributes: CheckedAttributes
  readonly lifetime: Lifetime
  /** Whether new sessions outlive the browser. */
  readonly persistent: boolean
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** A previous cookie, as the sessions see it that go on from it. */
export interface PreviousCookieReader {
  readonly name: string
  /**
   * The session of the request's cookies of that name, or why there is none: the more telling one of that and of what was said
   * before. Never throws for what a cookie is.
   */
  open(
    cookieHeader: string | undefined,
    before: PreviousRefusal,
  ): { readonly ok: true; readonly record: SessionRecord; readonly text: string } | PreviousRefusal
  /** The Set-Cookie lines that end it, for a response that sets or ends the session's own cookie. */
  end(cookieHeader: string | undefined, outcome: Outcome, context: CookieContext): string[]
  readonly moveIn: MoveIn
}

export interface PreviousRefusal {
  readonly ok: false
  readonly reason: RefusedReason
  /** The name of the cookie that was refused; that of the session where it is left out. */
  readonly cookie?: string
}
