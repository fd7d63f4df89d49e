import type { CookieAttributes } from '../cookies/attributes.ts'
import { blameCaller } from '../errors.ts'
import { checkPassword, type IronPassword } from './iron-password.ts'
import { openIronSeal } from './iron-seal.ts'
import { previousCookie } from './previous-cookie.ts'
import type { PreviousCookieSource } from './previous-cookie-source.ts'

/** How iron-session is set up, in our words. */
export interface IronSessionCookieOptions {
  /** Its `cookieName`. */
  readonly name: string
  /** Its `password`: one, or `{ 1: old, 2: current }`. */
  readonly password: IronPassword
  /** Its `path` and `domain` in `cookieOptions`, if any. Default: `/`, and no domain. */
  readonly cookie?: CookieAttributes | undefined
  /** Whether the cookie outlives the browser. Default: yes, if an end is sealed into it, which is so unless `ttl` is 0. */
  readonly persistent?: boolean | undefined
}

/**
 * The cookie of iron-session, versions 6 to 9, for `previousCookies` of `createSessions`. A session that was split over several
 * cookies (`chunk: true`) is not read.
 *
 * ```ts
 * createSessions({ name: '__Host-session', secrets, previousCookies: [ironSessionCookie({ name: 'billing', password })] })
 * ```
 *
 * @throws `ERR_OPTIONS`, `ERR_SECRET`
 */
export function ironSessionCookie(options: IronSessionCookieOptions): PreviousCookieSource {
  return blameCaller(ironSessionCookie, () => {
    const { name, password, cookie, persistent } = options
    const passwords = checkPassword(password)
    return previousCookie({
      name,
      cookie,
      open(value, { now }) {
        const opened = openIronSeal(value, passwords, 1, now)
        if (!opened.ok) return opened
        return { ...opened, persistent: persistent ?? opened.expires !== undefined }
      },
    })
  })
}
