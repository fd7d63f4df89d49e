import { checkAttributes, type CheckedAttributes, type CookieAttributes } from '../cookies/attributes.ts'
import { isTooLarge } from '../cookies/budget.ts'
import { chooseCandidate } from '../cookies/candidates.ts'
import { moreTelling } from '../cookies/open-each.ts'
import { isSameScope } from '../cookies/former-scopes.ts'
import { cookieValues } from '../cookies/request-cookies.ts'
import type { OpenedSession } from '../cookies/session-format.ts'
import { expireCookie } from '../cookies/set-cookie.ts'
import { blameCaller, SessionError, type RefusedReason } from '../errors.ts'
import { moveIn } from '../persistence/move-in.ts'
import type { Outcome } from '../session/outcome.ts'
import type { OpenedPreviousCookie, PreviousCookieRequest } from './opened-previous-cookie.ts'
import type { PreviousCookieSource } from './previous-cookie-source.ts'
import { takeOver } from './take-over.ts'

/**
 * A cookie of what came before, and how it is read. Name and `open` are enough. So is what `createSessions` gave, for a cookie of
 * coatcheck itself that had another name or format.
 */
export interface PreviousCookie {
  /** Its name, which may be that of the session's own cookie. */
  readonly name: string
  /** How it was set. It is ended with `path`, `domain` and `partitioned`, by which browsers keep cookies of one name apart. */
  readonly cookie?: CookieAttributes | undefined
  /** Names of cookies that are worth nothing without it, as the `session.sig` of cookie-session. They end with it. */
  readonly companions?: readonly string[] | undefined
  /**
   * What `value` holds, which is as it stands in the Cookie header: up to 4096 bytes from anybody, at most 16 times a request. So
   * authenticate it before anything else. What is thrown here counts as `malformed`.
   */
  open(value: string, request: PreviousCookieRequest): OpenedPreviousCookie
}

/**
 * A cookie of a library that we do not know, for `previousCookies` of `createSessions`.
 *
 * ```ts
 * previousCookie({ name: 'session', open: (value) => ({ ok: true, data: unsignOrThrow(value) }) })
 * ```
 *
 * @throws `ERR_OPTIONS`
 */
export function previousCookie(cookie: PreviousCookie): PreviousCookieSource {
  const attributes = blameCaller(previousCookie, () => checkPreviousCookie(cookie))
  const { name } = cookie
  return {
    connect(host) {
      const others = attributes.filter((other) => !isSameScope(other, host.attributes))
      return {
        name,
        moveIn,

        open(header, before) {
          if (before.cookie === undefined && ENDED.has(before.reason)) return before
          const request = { now: host.clock(), cookies: (other: string) => cookieValues(header, other) }
          const open = (value: string): OpenedSession => {
            if (isTooLarge(name, value)) return { ok: false, reason: 'too-large' }
            try {
              return takeOver(synchronous(cookie.open(value, request)), `${name}=${value}`, request.now, host)
            } catch (error) {
              if (error instanceof SessionError && error.code === 'ERR_OPTIONS') throw error
              return { ok: false, reason: 'malformed' }
            }
          }
          const choice = chooseCandidate(cookieValues(header, name), { open })
          if (choice.ok) return { ok: true, record: choice.chosen.record, text: `${name}=${choice.text}` }
          return moreTelling(before, { ok: false, reason: choice.reason, cookie: name })
        },

        end: (header, outcome, context) =>
          others
            .filter((other) => isChangeOfUser(outcome) || cookieValues(header, other.name).length > 0)
            .map((other) => expireCookie(other, context)),
      }
    },
  }
}

/**
 * Whether somebody signed out or in. Then a previous cookie is ended whether this request brought it or not: it may be one of
 * another path, from where the user before would come back.
 */
function isChangeOfUser(outcome: Outcome): boolean {
  return outcome.verb !== 'write' || outcome.because === 'reset' || outcome.because === 'renewed'
}

/** Of ours that ended, or of which nobody can tell which one is meant, no older cookie must take the place. */
const ENDED: ReadonlySet<RefusedReason> = new Set(['expired-idle', 'expired-absolute', 'duplicate'])

/** The attributes of the cookie and of its companions. */
function checkPreviousCookie(cookie: PreviousCookie): CheckedAttributes[] {
  if (typeof cookie?.open !== 'function') {
    throw new SessionError('ERR_OPTIONS', 'previousCookie takes { name, open(value, request) }; open is no function.')
  }
  const { name, companions = [], cookie: attributes } = cookie
  if (!Array.isArray(companions)) {
    throw new SessionError('ERR_OPTIONS', `companions of previous cookie ${name} is no array of cookie names.`)
  }
  return [name, ...companions].map((each) => checkAttributes(each, attributes))
}

function synchronous(opened: OpenedPreviousCookie): OpenedPreviousCookie {
  if (!('then' in opened)) return opened
  throw new SessionError('ERR_OPTIONS', 'open of a previous cookie gave a promise; a session opens synchronously.')
}
