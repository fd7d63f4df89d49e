import type { CookieAttributes } from '../cookies/attributes.ts'
import { seconds, type Duration } from '../duration.ts'
import { blameCaller, SessionError } from '../errors.ts'
import { isJsonObject } from '../serializers/plain.ts'
import { checkPassword } from './iron-password.ts'
import { openIronSeal } from './iron-seal.ts'
import type { OpenedPreviousCookie } from './opened-previous-cookie.ts'
import { previousCookie } from './previous-cookie.ts'
import type { PreviousCookieSource } from './previous-cookie-source.ts'

/** How `useSession` of h3 is set up, in our words. */
export interface H3SessionCookieOptions {
  /** Its `name`. Default `h3`; nuxt-auth-utils calls it `nuxt-session`. */
  readonly name?: string | undefined
  readonly password: string
  /** Its `maxAge`, which counts from the session's beginning. Default: none. */
  readonly maxAge?: Duration | undefined
  /** Its `path` and `domain` in `cookie`, if any. Default: `/`, and no domain. */
  readonly cookie?: CookieAttributes | undefined
  /**
   * How often PBKDF2 iterates for each of two keys: 1 in h3 1, and so in Nitro 2 and Nuxt; 8192 by default in h3 2, which keeps
   * the process busy for milliseconds with such a cookie, whoever made it; so of several none is opened. Default 1, at most 8192.
   */
  readonly iterations?: number | undefined
}

/**
 * The session cookie of h3, Nitro and Nuxt (`useSession`, `setUserSession`), for `previousCookies` of `createSessions`. A session
 * that was split over several cookies is not read, and the `idleTimeout` that h3 2 may have beside `maxAge` is not looked at.
 *
 * @throws `ERR_OPTIONS`, `ERR_SECRET`
 */
export function h3SessionCookie(options: H3SessionCookieOptions): PreviousCookieSource {
  return blameCaller(h3SessionCookie, () => {
    const { name = 'h3', password, cookie, iterations = 1 } = options
    const passwords = checkPassword(password)
    const longest = options.maxAge === undefined ? Infinity : seconds(options.maxAge, 'maxAge') * 1000
    if (!Number.isInteger(iterations) || iterations < 1 || iterations > MAXIMUM_ITERATIONS) {
      throw new SessionError('ERR_OPTIONS', `iterations is ${iterations}, expected 1 to ${MAXIMUM_ITERATIONS}.`)
    }
    return previousCookie({
      name,
      cookie,
      open(value, { now, cookies }): OpenedPreviousCookie {
        // Each would keep the process busy for milliseconds. h3 opens one.
        if (iterations > 1 && cookies(name).length > 1) return { ok: false, reason: 'duplicate' }
        const opened = openIronSeal(value, passwords, iterations, now)
        if (!opened.ok) return opened
        const { data, createdAt } = opened.data
        if (!isJsonObject(data) || typeof createdAt !== 'number') return { ok: false, reason: 'malformed' }
        const expires = Math.min(opened.expires ?? Infinity, createdAt + longest)
        return { ok: true, data, created: createdAt, expires, persistent: opened.expires !== undefined }
      },
    })
  })
}

const MAXIMUM_ITERATIONS = 8192
