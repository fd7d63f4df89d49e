import { clockOf } from '../clock.ts'
import { blameCaller, SessionError, tellLine, type RefusedReason } from '../errors.ts'
import { createSecretRing, type SecretInput } from '../sealing/secrets.ts'
import { isSameJson, plainCopy } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import {
  checkAttributes,
  checkExpiry,
  MAXIMUM_NAME_CHARACTERS,
  type AttributesFor,
  type CookieAttributes,
  type CookieExpiry,
} from './attributes.ts'
import { COOKIE_LIMIT, cookieBytes, overflowError } from './budget.ts'
import { openEach, type Failures, type Opener } from './open-each.ts'
import { createCookieSealers, type CookieSealers, type OpenedCookieValue } from './jar-sealers.ts'
import { cookieReader, decodeValue } from './request-cookies.ts'
import { expireCookie, setCookie, type CookieContext } from './set-cookie.ts'

/**
 * One way to read and write cookies, as in Rails. `signed`, `encrypted` and `permanent` are the same jar seen differently,
 * and chain: `jar.permanent.encrypted.set('device', { id })`.
 */
export interface Cookies<Value> {
  /** What the request brought, or what was set since; `undefined` where there is none that can be read. */
  readonly get: (name: string) => Value | undefined
  /**
   * @throws `ERR_OPTIONS` for a name or attributes that browsers would not accept together, `ERR_COOKIE_OVERFLOW` for more
   * than 4096 bytes, `ERR_SESSION_VALUE` for what JSON would change, `ERR_SESSION_SENT` once the headers left
   */
  readonly set: <Name extends string>(name: Name, value: Value, attributes?: AttributesFor<Name> & CookieExpiry) => void
  /** Makes the browser forget it. Domain and path must be those that it was set with. */
  readonly delete: <Name extends string>(name: Name, attributes?: AttributesFor<Name>) => void
  /** Readable by everybody, changed by nobody: JSON values with a MAC, bound to the cookie's name. */
  readonly signed: Cookies<Json>
  /** Readable and writable by the server alone: JSON values sealed as sessions are, bound to the cookie's name. */
  readonly encrypted: Cookies<Json>
  /** The same, kept by the browser for 400 days, which is the longest that browsers agree to. */
  readonly permanent: Cookies<Value>
}

export interface CookieJarOptions {
  /** `[current, ...previous]`: the first seals, all of them open. Only `signed` and `encrypted` use them. */
  readonly secrets: readonly SecretInput[]
  /** The request's Cookie header. */
  readonly cookieHeader?: string | null | undefined
  /** Whether the request came over https; decides `Secure` where it is `'auto'`. Default false. */
  readonly secure?: boolean | undefined
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: (() => number) | undefined
}

/** What a jar gets from the sessions that it belongs to. */
export interface JarHost {
  readonly cookieHeader: string | undefined
  readonly sealers: (name: string) => CookieSealers
  /** Decodes a plain cookie; `undefined` for percent-encoding. */
  readonly plainValue?: ((text: string) => string) | undefined
  /** Whole seconds since 1970. */
  readonly now: () => number
  readonly onRefused: (name: string, reason: RefusedReason) => void
  /** Beside the one that counts, if any, so many others came of that name. */
  readonly onIgnored: (name: string, count: number) => void
  readonly onOverflow: (name: string, bytes: number) => void
  /** That line wrote after the headers had left. */
  readonly onSent: (name: string, line: string | undefined) => void
}

const TOO_LARGE: OpenedCookieValue = { ok: false, reason: 'too-large' }

const PERMANENT: CookieExpiry = { maxAge: '400d' }

type Reissue = NonNullable<(OpenedCookieValue & { readonly ok: true })['reissue']>

type View = 'plain' | 'signed' | 'encrypted'

/** What will be sent: a value, or its end. */
interface Pending {
  readonly name: string
  readonly value: string | undefined
  readonly line: (context: CookieContext) => string
}

function pendingValues({ value }: Pending): string[] {
  return value === undefined ? [] : [value]
}

/** The value that all of them have; `undefined` where they differ, for nobody can tell which one is meant. */
function onlyValue<Opened extends Extract<OpenedCookieValue, { ok: true }>>(
  accepted: readonly Opened[],
): Opened | undefined {
  const [first, ...others] = accepted
  return others.every(({ value }) => isSameJson(value, first?.value)) ? first : undefined
}

/** The cookies of one request and its response. */
class Jar {
  readonly #host: JarHost
  readonly #pending = new Map<string, Pending>()
  readonly #failures: Failures = { count: 0 }
  readonly #cookies: (name: string) => readonly string[]
  #sent = false
  /** Whether the response depends on the Cookie header. */
  wasRead = false

  constructor(host: JarHost) {
    this.#host = host
    this.#cookies = cookieReader(host.cookieHeader)
  }

  get(view: View, name: string): Json | undefined {
    this.wasRead = true
    const set = [...this.#pending.values()].findLast((pending) => pending.name === name)
    const values = set === undefined ? this.#cookies(name) : pendingValues(set)
    const [first] = values
    if (view === 'plain') return first === undefined ? undefined : (this.#host.plainValue ?? decodeValue)(first)
    if (first === undefined) return undefined
    const tried = openEach(values, this.#opener(view, name), this.#failures)
    if (tried.others > 0) this.#host.onIgnored(name, tried.others)
    const chosen = tried.ok ? onlyValue(tried.accepted) : undefined
    if (chosen === undefined) {
      this.#host.onRefused(name, tried.ok ? 'duplicate' : tried.reason)
      return undefined
    }
    if (chosen.reissue !== undefined) this.#reissue(view, name, chosen.value, chosen.reissue)
    return chosen.value
  }

  set(
    view: View,
    name: string,
    value: unknown,
    attributes: CookieAttributes,
    expiry: CookieExpiry,
    seal = (expires: number | undefined): string => this.#seal(view, name, value, expires),
  ): void {
    this.#assertNotSent(name)
    const checked = checkAttributes(name, attributes)
    const now = this.#host.now()
    const maxAge = checkExpiry(name, expiry, now)
    const text = seal(maxAge === undefined ? undefined : now + maxAge)
    const bytes = cookieBytes(name, text)
    if (bytes > COOKIE_LIMIT) {
      this.#host.onOverflow(name, bytes)
      throw overflowError(name, bytes)
    }
    const line = (context: CookieContext): string => setCookie(checked, text, context, maxAge)
    this.#put(checked.path, checked.domain, { name, value: text, line })
  }

  delete(name: string, attributes: CookieAttributes): void {
    this.#assertNotSent(name)
    const checked = checkAttributes(name, attributes)
    const line = (context: CookieContext): string => expireCookie(checked, context)
    this.#put(checked.path, checked.domain, { name, value: undefined, line })
  }

  /** Seals anew what was sealed in an old way. The request does not say with which attributes it was set. */
  #reissue(view: View, name: string, value: Json, { expires, seal }: Reissue): void {
    if (this.#sent || this.#cookies(name).length !== 1) return
    const expiry = expires === undefined ? {} : { expires: new Date(expires * 1000) }
    this.set(view, name, value, {}, expiry, seal)
  }

  /** The Set-Cookie lines, in the order of their first writing. From here on, writing throws. */
  commit(context: CookieContext): string[] {
    this.#sent = true
    return [...this.#pending.values()].map((pending) => pending.line(context))
  }

  #opener(view: 'signed' | 'encrypted', name: string): Opener<OpenedCookieValue> {
    if (name.length > MAXIMUM_NAME_CHARACTERS) return { open: () => TOO_LARGE }
    const sealer = this.#host.sealers(name)[view]
    const { cost } = sealer
    const isTooLarge = (value: string): boolean => cookieBytes(name, value) > COOKIE_LIMIT
    return {
      open: (value) => (isTooLarge(value) ? TOO_LARGE : sealer.open(value, this.#host.now())),
      cost: cost && ((value) => (isTooLarge(value) ? 'none' : cost(value))),
    }
  }

  #seal(view: View, name: string, value: unknown, expires: number | undefined): string {
    if (view === 'plain') {
      if (typeof value === 'string') return encodeURIComponent(value.toWellFormed())
      throw new SessionError(
        'ERR_SESSION_VALUE',
        `Cookie ${name} was given ${value === null ? 'null' : typeof value}, a plain cookie holds text. Use jar.signed or jar.encrypted for JSON values.`,
      )
    }
    return this.#host.sealers(name)[view].seal(plainCopy(value, `cookie ${name}`), this.#host.now(), expires)
  }

  /** Browsers keep cookies of one name apart by path and domain, so both may be set in one response. */
  #put(path: string, domain: string | undefined, pending: Pending): void {
    this.#pending.set([pending.name, path, domain ?? ''].join('\n'), pending)
  }

  #assertNotSent(name: string): void {
    if (!this.#sent) return
    throw tellLine(
      new SessionError(
        'ERR_SESSION_SENT',
        `Cookie ${name} was written after the response headers had left. Write cookies before the first byte of the response.`,
      ),
      (line) => this.#host.onSent(name, line),
    )
  }
}

/**
 * The cookies of one request and its response; the jar itself reads and writes plain text.
 *
 * Inside an application, `sessions.jar(request)` gives the request's own jar, which its adapter commits. Alone:
 *
 * ```ts
 * const jar = new CookieJar({ secrets, cookieHeader: request.headers.cookie })
 * jar.encrypted.set('device', { id: 7 }, { maxAge: '30d' })
 * response.setHeader('Set-Cookie', jar.commit())
 * ```
 */
export class CookieJar implements Cookies<string> {
  readonly get: Cookies<string>['get']
  readonly set: Cookies<string>['set']
  readonly delete: Cookies<string>['delete']
  readonly #jar: Jar
  readonly #context: CookieContext

  /** @throws `ERR_SECRET` */
  constructor(options: CookieJarOptions) {
    const host = hosts.get(options) ?? blameCaller(CookieJar, () => standAlone(options))
    this.#jar = new Jar(host)
    this.#context = { secure: options.secure ?? false }
    const plain = face(this.#jar, 'plain', false) as unknown as Cookies<string> // as: plain cookies are text
    this.get = plain.get
    this.set = plain.set
    this.delete = plain.delete
  }

  get signed(): Cookies<Json> {
    return face(this.#jar, 'signed', false)
  }

  get encrypted(): Cookies<Json> {
    return face(this.#jar, 'encrypted', false)
  }

  get permanent(): Cookies<string> {
    return face(this.#jar, 'plain', true) as unknown as Cookies<string> // as: plain cookies are text
  }

  /** Whether a cookie was read, so that the response depends on the Cookie header. */
  get wasRead(): boolean {
    return this.#jar.wasRead
  }

  /**
   * The Set-Cookie lines for the response, one header each. Call it once, when the headers are about to leave: after it,
   * writing throws `ERR_SESSION_SENT`. Adapters call it for the jars that `sessions.jar()` gives.
   */
  commit(context: CookieContext = this.#context): string[] {
    return this.#jar.commit(context)
  }
}

/** The jar of one exchange, which shares the keys and the events of its sessions. */
export function createJar(host: JarHost): CookieJar {
  const options: CookieJarOptions = { secrets: [] }
  hosts.set(options, host)
  return new CookieJar(options)
}

const hosts = new WeakMap<CookieJarOptions, JarHost>()

function face(jar: Jar, view: View, permanent: boolean): Cookies<Json> {
  return {
    get: (name) => jar.get(view, name),
    set: function set(name, value, attributes) {
      const { maxAge, expires, ...rest }: CookieAttributes & CookieExpiry = attributes ?? {}
      const expiry = permanent ? PERMANENT : { maxAge, expires }
      blameCaller(set, () => jar.set(view, name, value, rest, expiry))
    },
    delete: function remove(name, attributes) {
      blameCaller(remove, () => jar.delete(name, attributes ?? {}))
    },
    get signed() {
      return face(jar, 'signed', permanent)
    },
    get encrypted() {
      return face(jar, 'encrypted', permanent)
    },
    get permanent() {
      return face(jar, view, true)
    },
  }
}

/** Deriving keys costs more than a cookie: jars that are made with the same secrets share them. */
const sealersBySecrets = new WeakMap<readonly SecretInput[], { secrets: SecretInput[]; sealers: JarHost['sealers'] }>()

function standAlone(options: CookieJarOptions): JarHost {
  const clock = clockOf(options.clock)
  return {
    cookieHeader: options.cookieHeader ?? undefined,
    sealers: sharedSealers(options.secrets, clock),
    now: () => Math.floor(clock() / 1000),
    onRefused: () => {},
    onIgnored: () => {},
    onOverflow: () => {},
    onSent: () => {},
  }
}

function sharedSealers(secrets: readonly SecretInput[], clock: () => number): JarHost['sealers'] {
  const known = Array.isArray(secrets) ? sealersBySecrets.get(secrets) : undefined
  if (known !== undefined && sameItems(known.secrets, secrets)) return known.sealers
  const sealers = createCookieSealers(createSecretRing(secrets), clock)
  sealersBySecrets.set(secrets, { secrets: [...secrets], sealers })
  return sealers
}

/** The array may have been changed in place since its sealers were made: a rotation must not go unnoticed. */
function sameItems(before: readonly SecretInput[], now: readonly SecretInput[]): boolean {
  return before.length === now.length && before.every((secret, at) => secret === now[at])
}
