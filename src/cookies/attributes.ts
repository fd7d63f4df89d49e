import { stringifySetCookie } from 'cookie'
import { BROWSER_MAXIMUM_SECONDS, cookieSeconds, type Duration } from '../duration.ts'
import { SessionError } from '../errors.ts'

/** The attributes of a cookie (RFC 6265bis §4.1.2), safe where nothing is said. */
export interface CookieAttributes {
  /** Below which path the browser sends it. Default `/`. */
  readonly path?: string | undefined
  /** Sent to this host's subdomains too. Default: to the very host that set it, which is safer. */
  readonly domain?: string | undefined
  /**
   * Whether it travels over https alone. Default `'auto'`: on when the request came over https or `NODE_ENV` is
   * `production`, and wherever a prefix, `SameSite=None` or `Partitioned` asks for it. Behind a proxy, the framework's own
   * trust setting tells what the request came over.
   */
  readonly secure?: boolean | 'auto' | undefined
  /** Whether scripts cannot read it. Default true. */
  readonly httpOnly?: boolean | undefined
  /** Whether other sites' requests carry it. Default `'lax'`: only when a link leads here. */
  readonly sameSite?: 'lax' | 'strict' | 'none' | undefined
  /** One jar a top-level site (CHIPS), for pages that live in other sites' frames. Default false. */
  readonly partitioned?: boolean | undefined
  /** Which cookies Chromium drops first when a site has too many. Default: nothing is sent. */
  readonly priority?: 'low' | 'medium' | 'high' | undefined
}

/** How long the browser keeps it. Without either, until the browser is closed. */
export interface CookieExpiry {
  /** From now, at most 400 days. */
  readonly maxAge?: Duration | undefined
  /** At most 400 days ahead. */
  readonly expires?: Date | undefined
}

/** What `__Host-` leaves to choose: no `domain`, `path` is `/`, `secure` is on. */
export type HostAttributes = Omit<CookieAttributes, 'domain' | 'path' | 'secure'> & {
  readonly domain?: never
  readonly path?: '/' | undefined
  readonly secure?: true | 'auto' | undefined
}

/** What `__Host-Http-` leaves to choose: as `__Host-`, and scripts stay out. */
export type HostHttpAttributes = Omit<HostAttributes, 'httpOnly'> & { readonly httpOnly?: true | undefined }

/** What `__Secure-` leaves to choose: `secure` is on. */
export type SecureAttributes = Omit<CookieAttributes, 'secure'> & { readonly secure?: true | 'auto' | undefined }

/** The attributes that a cookie of that name may have. */
export type AttributesFor<Name extends string> = Name extends `__Host-Http-${string}`
  ? HostHttpAttributes
  : Name extends `__Host-${string}`
    ? HostAttributes
    : Name extends `__Http-${string}`
      ? Omit<SecureAttributes, 'httpOnly'> & { readonly httpOnly?: true | undefined }
      : Name extends `__Secure-${string}`
        ? SecureAttributes
        : CookieAttributes

/** RFC 6265bis §5.6: a browser ignores an attribute whose value is longer. */
const MAXIMUM_ATTRIBUTE_BYTES = 1024
/** Far beyond any real name. A name is part of what a key is derived for, and HKDF takes 1,024 bytes of that at most. */
export const MAXIMUM_NAME_CHARACTERS = 256
/** RFC 9110 §5.6.2, which RFC 6265bis §4.1.1 asks of a cookie's name. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Attributes that were checked against the cookie's name; only `secure` still depends on the request. */
export interface CheckedAttributes {
  readonly name: string
  readonly path: string
  readonly domain: string | undefined
  readonly secure: boolean | 'auto'
  readonly httpOnly: boolean
  readonly sameSite: 'lax' | 'strict' | 'none'
  readonly partitioned: boolean
  readonly priority: 'low' | 'medium' | 'high' | undefined
}

/**
 * Checks a cookie's name and attributes together, as browsers do (RFC 6265bis §5.6 and §5.7), so that what would be
 * dropped silently there fails here.
 *
 * @throws `ERR_OPTIONS`
 */
export function checkAttributes(name: string, attributes: CookieAttributes = {}): CheckedAttributes {
  if (typeof name !== 'string' || !TOKEN.test(name)) {
    throw wrong(
      name,
      'is no cookie name: letters, digits and the punctuation of a token (RFC 6265bis §4.1.1) are allowed',
    )
  }
  if (name.length > MAXIMUM_NAME_CHARACTERS) {
    throw wrong(
      `${name.slice(0, 32)}…`,
      `has a name of ${name.length} characters, at most ${MAXIMUM_NAME_CHARACTERS} are allowed`,
    )
  }
  const needsSecure = checkPrefix(name, attributes) || attributes.sameSite === 'none' || attributes.partitioned === true
  if (needsSecure && attributes.secure === false) {
    throw wrong(name, `has secure: false, but ${whySecure(name, attributes)} is dropped by browsers without Secure`)
  }
  const checked: CheckedAttributes = {
    name,
    path: attributes.path ?? '/',
    domain: attributes.domain,
    secure: needsSecure ? true : (attributes.secure ?? 'auto'),
    httpOnly: attributes.httpOnly ?? true,
    sameSite: attributes.sameSite ?? 'lax',
    partitioned: attributes.partitioned ?? false,
    priority: attributes.priority,
  }
  checkSyntax(checked)
  return Object.freeze(checked)
}

/** Seconds that the browser is to keep a cookie, or `undefined` for as long as it runs. @throws `ERR_OPTIONS` */
export function checkExpiry(name: string, expiry: CookieExpiry, nowSeconds: number): number | undefined {
  if (expiry.maxAge !== undefined && expiry.expires !== undefined) {
    throw wrong(name, 'has both maxAge and expires: give one of them')
  }
  if (expiry.maxAge !== undefined) return cookieSeconds(expiry.maxAge, `maxAge of cookie ${name}`)
  if (expiry.expires === undefined) return undefined
  if (Object.prototype.toString.call(expiry.expires) !== '[object Date]' || Number.isNaN(expiry.expires.getTime())) {
    throw wrong(name, 'has an expires that is no valid Date')
  }
  const left = Math.floor(expiry.expires.getTime() / 1000) - nowSeconds
  if (left > BROWSER_MAXIMUM_SECONDS) {
    throw wrong(name, `expires in ${Math.ceil(left / 86_400)} days, browsers keep a cookie for 400 at the most`)
  }
  return Math.max(0, left)
}

/** Whether the name's prefix asks for Secure. Browsers compare prefixes without regard to case, so we do. */
function checkPrefix(name: string, attributes: CookieAttributes): boolean {
  const prefix = /^__(?:host-http|host|http|secure)-/i.exec(name)?.[0].toLowerCase()
  if (prefix === undefined) return false
  if (prefix.startsWith('__host-')) {
    if (attributes.domain !== undefined) throw wrong(name, 'has a domain, which its __Host- prefix forbids')
    if (attributes.path !== undefined && attributes.path !== '/') {
      throw wrong(name, `has path ${JSON.stringify(attributes.path)}, but its __Host- prefix demands "/"`)
    }
  }
  if (prefix.endsWith('http-') && attributes.httpOnly === false) {
    throw wrong(name, `has httpOnly: false, which its ${name.slice(0, prefix.length)} prefix forbids`)
  }
  return true
}

function whySecure(name: string, attributes: CookieAttributes): string {
  if (attributes.sameSite === 'none') return 'SameSite=None'
  if (attributes.partitioned === true) return 'Partitioned'
  return `the prefix of ${name}`
}

function checkSyntax(checked: CheckedAttributes): void {
  const { name, path, domain } = checked
  if (!path.startsWith('/')) throw wrong(name, `has path ${JSON.stringify(path)}, which does not begin with "/"`)
  // What no header can carry is told below.
  if (!/[\p{Cc};]/u.test(path)) checkPathMatches(name, path)
  for (const [attribute, value] of Object.entries({ path, domain })) {
    const bytes = Buffer.byteLength(value ?? '')
    if (bytes > MAXIMUM_ATTRIBUTE_BYTES) {
      throw wrong(
        name,
        `has a ${attribute} of ${bytes} bytes, ${bytes - MAXIMUM_ATTRIBUTE_BYTES} over the ${MAXIMUM_ATTRIBUTE_BYTES} that browsers read`,
      )
    }
  }
  if (!['lax', 'strict', 'none'].includes(checked.sameSite)) throw wrong(name, 'has an unknown sameSite')
  if (typeof checked.partitioned !== 'boolean' || typeof checked.httpOnly !== 'boolean') {
    throw wrong(name, 'has a partitioned or httpOnly that is not true or false')
  }
  if (![true, false, 'auto'].includes(checked.secure))
    throw wrong(name, "has a secure that is not true, false or 'auto'")
  try {
    stringifySetCookie({ name, value: '', path, ...optional(checked) })
  } catch (cause) {
    throw new SessionError('ERR_OPTIONS', `Cookie ${name} has an attribute that no Set-Cookie header can carry.`, {
      cause,
    })
  }
}

/** What a browser encodes in the path of a request (the URL standard's path percent-encode set), or takes for a slash. */
const ENCODED_IN_PATHS = /[^\x21-\x7e]|["<>`{}\\]/gu

/**
 * A path that no request can have makes a cookie that is kept and never sent: browsers compare it with the path as it stands in
 * the request (RFC 6265bis §5.1.4).
 *
 * @throws `ERR_OPTIONS`
 */
function checkPathMatches(name: string, path: string): void {
  const encoded = path.toWellFormed().replaceAll(ENCODED_IN_PATHS, encodeURIComponent)
  const why = /[?#]/.test(path)
    ? 'a query or fragment is not part of it'
    : encoded !== path
      ? `browsers encode it, as ${JSON.stringify(encoded)}`
      : path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))
        ? 'browsers take "." and ".." out of it'
        : undefined
  if (why !== undefined) throw wrong(name, `has path ${JSON.stringify(path)}, which no request has: ${why}`)
}

/** The attributes that the header library must not see as `undefined`. */
export function optional(checked: CheckedAttributes): { domain?: string; priority?: 'low' | 'medium' | 'high' } {
  return {
    ...(checked.domain !== undefined && { domain: checked.domain }),
    ...(checked.priority !== undefined && { priority: checked.priority }),
  }
}

function wrong(name: unknown, what: string): SessionError {
  return new SessionError('ERR_OPTIONS', `Cookie ${typeof name === 'string' ? name : typeof name} ${what}.`)
}
