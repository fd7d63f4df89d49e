import type { FormerScope } from './former-scopes.ts'
import type { CookieAttributes, HostAttributes, HostHttpAttributes, SecureAttributes } from './attributes.ts'

/** How a session's cookie is set, beside its name. Session cookies are always `HttpOnly`. */
export type SessionCookie<Attributes = CookieAttributes> = Omit<Attributes, 'httpOnly'> & {
  /**
   * Whether the cookie outlives the browser: written with Max-Age. Default false. `session.renew({ persistent: true })` asks
   * for it at one sign-in ("remember me").
   */
  readonly persistent?: boolean | undefined
  /**
   * How the cookie was set before its `domain`, `path` or `partitioned` changed, each with what differs from now: `[{ domain:
   * undefined }]` where it had no domain, `[{ path: '/app' }]`. Every response that sets or ends the cookie ends these, too.
   * Default: none.
   */
  readonly formerly?: readonly FormerScope[] | undefined
}

/**
 * A session cookie's name and what its prefix leaves to choose (RFC 6265bis §4.1.3). A name that is only known at run time
 * gets what every prefix allows.
 */
export type NamedCookie =
  | { readonly name: `__Host-Http-${string}`; readonly cookie?: SessionCookie<HostHttpAttributes> | undefined }
  | { readonly name: `__Host-${string}`; readonly cookie?: SessionCookie<HostAttributes> | undefined }
  | { readonly name: `__Secure-${string}`; readonly cookie?: SessionCookie<SecureAttributes> | undefined }
  | { readonly name: NameWithoutPrefix; readonly cookie?: SessionCookie | undefined }
  | { readonly name: string; readonly cookie?: SessionCookie<HostAttributes> | undefined }

/** A literal that begins with no `__H…` or `__S…`. TypeScript cannot say "not", so this lists how such a name begins. */
type NameWithoutPrefix =
  | `${Start}${string}`
  | `_${Start}${string}`
  | `__${Exclude<Start, 'H' | 'S' | 'h' | 's'>}${string}`
  | `__session${string}`

type Start = Characters<"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^`|~">
/** The characters of a text. The second parameter makes the recursion a loop, which the compiler can follow this far. */
type Characters<Text extends string, Found = never> = Text extends `${infer First}${infer Rest}`
  ? Characters<Rest, Found | First>
  : Found
