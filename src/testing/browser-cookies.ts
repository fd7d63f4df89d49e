import { parseSetCookie, type SetCookie } from 'cookie'

/** A cookie as a browser keeps it. */
interface KeptCookie {
  readonly name: string
  readonly value: string
  readonly path: string
  /** Milliseconds since 1970; `Infinity` for one that lasts as long as the browser. */
  readonly expires: number
}

/**
 * What a browser keeps of the cookies of one origin, by RFC 6265bis §5.7 and §5.8: path, expiry, `Secure`, `Domain` and the
 * prefixes are followed; `SameSite` is not, as there is no other site. Like browsers, it takes `Secure` cookies from loopback
 * addresses too.
 */
export class BrowserCookies {
  #kept: readonly KeptCookie[] = []
  readonly #origin: URL
  readonly #clock: () => number

  constructor(origin: URL, clock: () => number) {
    this.#origin = origin
    this.#clock = clock
  }

  /** Those that are sent with a request for `path`, the longest path first. */
  at(path: string): readonly { readonly name: string; readonly value: string }[] {
    const now = this.#clock()
    this.#kept = this.#kept.filter(({ expires }) => expires > now)
    return this.#kept
      .filter((cookie) => matches(path, cookie.path))
      .toSorted((one, other) => other.path.length - one.path.length)
  }

  /** Keeps, replaces or forgets what a Set-Cookie line of the answer to `path` says. */
  take(line: string, path: string): void {
    const cookie = parseSetCookie(line, { decode: (value) => value })
    if (!this.#mayKeep(cookie)) return
    const { name, value = '', maxAge, expires } = cookie
    const kept: KeptCookie = {
      name,
      value,
      path: cookie.path?.startsWith('/') === true ? cookie.path : folderOf(path),
      expires: maxAge === undefined ? (expires?.getTime() ?? Infinity) : this.#clock() + maxAge * 1000,
    }
    const others = this.#kept.filter((other) => other.name !== name || other.path !== kept.path)
    this.#kept = [...others, kept]
  }

  clear(): void {
    this.#kept = []
  }

  #mayKeep({ name, secure = false, path, domain }: SetCookie): boolean {
    const { hostname } = this.#origin
    if (secure && !this.#isTrustworthy) return false
    if (domain !== undefined && !`.${hostname}`.endsWith(`.${domain.replace(/^\./, '').toLowerCase()}`)) return false
    if (/^__host-/i.test(name) && !(secure && path === '/' && domain === undefined)) return false
    return secure || !/^__(?:secure|http)-/i.test(name)
  }

  get #isTrustworthy(): boolean {
    const { protocol, hostname } = this.#origin
    return protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  }
}

/** RFC 6265bis §5.1.4. */
function matches(path: string, cookiePath: string): boolean {
  if (!path.startsWith(cookiePath)) return false
  return path === cookiePath || cookiePath.endsWith('/') || path[cookiePath.length] === '/'
}

/** The default path of a cookie, RFC 6265bis §5.1.4. */
function folderOf(path: string): string {
  const end = path.lastIndexOf('/')
  return end <= 0 ? '/' : path.slice(0, end)
}
