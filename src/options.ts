import { checkAttributes, type CheckedAttributes } from './cookies/attributes.ts'
import { checkFormerly } from './cookies/former-scopes.ts'
import type { CookieFormat } from './cookies/session-format.ts'
import type { NamedCookie, SessionCookie } from './cookies/named-cookie.ts'
import type {
  PreviousCookieHost,
  PreviousCookieReader,
  PreviousCookieSource,
} from './previous/previous-cookie-source.ts'
import { clockOf } from './clock.ts'
import { cookieSeconds, seconds, type Duration } from './duration.ts'
import { SessionError } from './errors.ts'
import type { SessionEvent } from './events.ts'
import type { PersistenceSource } from './persistence/persistence.ts'
import type { StandardSchema } from './schema.ts'
import type { SecretInput } from './sealing/secrets.ts'
import { MAXIMUM_DEPTH } from './serializers/plain.ts'
import type { JsonObject } from './serializers/serializer.ts'
import { IDENTITY_RULES, JSON_RULES, type GuardRules } from './session/guard.ts'
import { ASSURANCE_TIMEOUTS, type AssuranceLevel } from './session/assurance.ts'
import type { Lifetime } from './session/lifetime.ts'
import type { SessionStore } from './stores/store.ts'

/** Which values may be stored, beyond what JSON would change or drop, which never may. */
export interface GuardOptions {
  /** Refuse what looks like a database record. Default true. */
  readonly refuseRecords?: boolean | undefined
  /** The most bytes of JSON in one value. Default 1024. */
  readonly maxValueBytes?: number | undefined
  /** The most containers that one value may nest, up to 99. Default 8. */
  readonly maxDepth?: number | undefined
}

/** What `createSessions` takes. Everything is checked there, once. */
export type SessionsOptions<Data extends object> = NamedCookie & Sealing & CommonOptions<Data>

/** Our own format under secrets of ours, or another format that brings its own. */
type Sealing =
  | {
      /** `[current, ...previous]`: the first seals, all of them open. 32 random bytes each: `npx coatcheck secret`. */
      readonly secrets: readonly SecretInput[]
      readonly format?: undefined
    }
  | {
      /** How cookies are written: `railsFormat({ … })` of `coatcheck/rails`. Default: our own, under `secrets`. */
      readonly format: CookieFormat
      readonly secrets?: undefined
    }

interface CommonOptions<Data extends object> {
  /** How long a session lasts without being used. Default `'14d'`, or the absolute timeout if that is shorter. */
  readonly idleTimeout?: Duration | undefined
  /** How long a session lasts from sign-in, however active. Default `'30d'`, at most 400 days. */
  readonly absoluteTimeout?: Duration | undefined
  /**
   * Both timeouts by an assurance level of NIST SP 800-63B-4, in place of the two above: `aal1` 14 and 30 days, `aal2` an hour
   * and a day, `aal3` 15 minutes and 12 hours.
   */
  readonly limits?: AssuranceLevel | undefined
  /**
   * Any Standard Schema (zod, valibot, arktype), synchronous. What an old cookie holds is validated when it is opened; what
   * does not fit is refused with reason `schema`.
   */
  readonly schema?: StandardSchema<Data> | undefined
  /**
   * Makes today's data of what does not fit the schema, or gives `undefined` to refuse it. What it gives is validated too.
   * Only with `schema`.
   */
  readonly migrate?: ((old: JsonObject) => Data | undefined) | undefined
  /**
   * Cookies of what came before, which are read and never written: `ironSessionCookie({ … })` and others of `coatcheck/previous`.
   * Where the session's own cookie is missing or none of ours, the session goes on with what one of these holds: that is sealed
   * anew on the response, and the previous cookie ended. Default: none.
   */
  readonly previousCookies?: readonly PreviousCookieSource[] | undefined
  /**
   * Where sessions live: a server store for those that outgrow the cookie, as `redisStore(client)` of `coatcheck/redis`, or
   * `migrate({ from, to })` of `coatcheck/stores`. Default: in the cookie.
   */
  readonly store?: SessionStore | PersistenceSource | undefined
  /**
   * How long the store may take for one answer; then the request fails with `ERR_STORE_UNAVAILABLE`. Whole seconds, default
   * `'1s'`. Only with `store`.
   */
  readonly storeTimeout?: Duration | undefined
  /**
   * The memory that session cookies which were opened lately may take, about: one that comes again is not decrypted again. In
   * bytes, default 4,194,304, some 8,000 small cookies; 0 keeps none. Not with `format`.
   */
  readonly cacheBytes?: number | undefined
  /** `'identity'` (default): ids and small values. `'json'`: whatever JSON keeps. Or each rule by itself. */
  readonly guard?: 'identity' | 'json' | GuardOptions | undefined
  /** Hears what an operator may want to count. Must not throw; if it does, the process gets a warning. */
  readonly onEvent?: ((event: SessionEvent) => void) | undefined
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: (() => number) | undefined
}

/** Options with their defaults, checked. */
export interface CheckedOptions {
  readonly attributes: CheckedAttributes
  /** How it was set before. */
  readonly formerly: readonly CheckedAttributes[]
  readonly persistent: boolean
  readonly previous: readonly PreviousCookieReader[]
  readonly lifetime: Lifetime
  readonly rules: GuardRules
  readonly storeTimeoutSeconds: number
  readonly cacheBytes: number
  readonly clock: () => number
}

const DEFAULT_IDLE_SECONDS = 14 * 86_400
const DEFAULT_CACHE_BYTES = 4 * 1024 * 1024

const KNOWN: ReadonlySet<string> = new Set([
  'name',
  'cookie',
  'secrets',
  'format',
  'idleTimeout',
  'absoluteTimeout',
  'limits',
  'schema',
  'migrate',
  'previousCookies',
  'store',
  'storeTimeout',
  'cacheBytes',
  'guard',
  'onEvent',
  'clock',
])

const COOKIE_KEYS: ReadonlySet<string> = new Set([
  'path',
  'domain',
  'secure',
  'sameSite',
  'partitioned',
  'priority',
  'persistent',
  'formerly',
])
const GUARD_KEYS: ReadonlySet<string> = new Set(['refuseRecords', 'maxValueBytes', 'maxDepth'])

/** @throws `ERR_OPTIONS` */
export function checkOptions<Data extends object>(options: SessionsOptions<Data>): CheckedOptions {
  if (typeof options !== 'object' || options === null) throw wrong('createSessions needs options: { name, secrets }')
  refuseUnknown(options, KNOWN, '')
  refuseUnknown(options.cookie ?? {}, COOKIE_KEYS, 'cookie.')
  for (const [name, callback] of Object.entries({
    onEvent: options.onEvent,
    clock: options.clock,
    migrate: options.migrate,
  })) {
    if (callback !== undefined && typeof callback !== 'function')
      throw wrong(`${name} is a ${typeof callback}, expected a function`)
  }
  if (options.schema !== undefined && typeof options.schema['~standard']?.validate !== 'function') {
    throw wrong('schema is no Standard Schema (https://standardschema.dev), as zod, valibot and arktype make them')
  }
  // A format that seals an end into the session says how long the browser is to keep it.
  const always = options.format?.lifetime !== undefined
  const { persistent = always, formerly = [], ...cookie }: SessionCookie = options.cookie ?? {}
  if (options.format !== undefined) checkFormat(options.format, options)
  if (options.migrate !== undefined && options.schema === undefined) {
    throw wrong('migrate is given without schema: nothing says when data is old')
  }
  if (typeof persistent !== 'boolean')
    throw wrong(`cookie.persistent is ${JSON.stringify(persistent)}, expected true or false`)
  if (options.format?.persistence !== undefined && persistent !== always)
    throw wrong(`cookie.persistent is ${persistent}: ${options.format.persistence}`)
  if (options.storeTimeout !== undefined && options.store === undefined) {
    throw wrong('storeTimeout is given without store: nothing is waited for')
  }
  const own: PreviousCookieHost = {
    attributes: checkAttributes(options.name, { ...cookie, httpOnly: true }),
    persistent: persistent || always,
    lifetime: options.format?.lifetime ?? lifetimeOf(options as CommonOptions<never>), // as: it reads no data
    clock: clockOf(options.clock),
  }
  return Object.freeze({
    ...own,
    formerly: checkFormerly(formerly, own.attributes),
    previous: connectPrevious(options.previousCookies ?? [], own),
    rules: checkGuard(options.guard ?? 'identity'),
    storeTimeoutSeconds: seconds(options.storeTimeout ?? '1s', 'storeTimeout'),
    cacheBytes: checkCacheBytes(options.cacheBytes ?? DEFAULT_CACHE_BYTES),
  })
}

function connectPrevious(given: readonly PreviousCookieSource[], host: PreviousCookieHost): PreviousCookieReader[] {
  const sources: readonly (PreviousCookieSource | undefined)[] = Array.isArray(given) ? Array.from(given) : [undefined]
  return sources.map((source, at) => {
    if (typeof source?.connect === 'function') return source.connect(host)
    throw wrong(`previousCookies[${at}] is none, expected a list of what coatcheck/previous makes`)
  })
}

/** A format has its own secrets, and may have its own timeouts: saying both would leave open which one counts. */
function checkFormat(format: CookieFormat, options: object): void {
  if (typeof format.session !== 'function' || typeof format.sealers !== 'function') {
    throw wrong('format is no cookie format, expected one as railsFormat({ … }) of coatcheck/rails gives')
  }
  const given = (option: string): boolean => Reflect.get(options, option) !== undefined
  const timeouts = ['idleTimeout', 'absoluteTimeout', 'limits']
  const taken = ['secrets', 'cacheBytes', ...(format.lifetime === undefined ? [] : timeouts)]
  for (const option of taken.filter(given)) {
    throw wrong(`${option} is given beside format ${format.name}, which decides that itself`)
  }
  for (const option of format.persistence === undefined ? [] : timeouts.filter(given)) {
    throw wrong(
      `${option} is given, but sessions in format ${format.name} would never end by it: ${format.persistence}`,
    )
  }
}

function lifetimeOf({ idleTimeout, absoluteTimeout, limits }: CommonOptions<never>): Lifetime {
  if (limits === undefined) return checkLifetime(idleTimeout, absoluteTimeout ?? '30d')
  const timeouts = Object.entries(ASSURANCE_TIMEOUTS).find(([level]) => level === limits)?.[1]
  if (timeouts === undefined) throw wrong(`limits is ${JSON.stringify(limits)}, expected 'aal1', 'aal2' or 'aal3'`)
  if (idleTimeout !== undefined || absoluteTimeout !== undefined) {
    throw wrong('limits is given beside idleTimeout or absoluteTimeout: nothing says which one counts')
  }
  return checkLifetime(timeouts.idleTimeout, timeouts.absoluteTimeout)
}

function checkLifetime(idleTimeout: Duration | undefined, absoluteTimeout: Duration): Lifetime {
  const absoluteSeconds = cookieSeconds(absoluteTimeout, 'absoluteTimeout')
  if (idleTimeout === undefined)
    return { idleSeconds: Math.min(DEFAULT_IDLE_SECONDS, absoluteSeconds), absoluteSeconds }
  const idleSeconds = cookieSeconds(idleTimeout, 'idleTimeout')
  if (idleSeconds > absoluteSeconds) {
    throw wrong(`idleTimeout ${idleTimeout} is longer than absoluteTimeout ${absoluteTimeout}, so it would never apply`)
  }
  return { idleSeconds, absoluteSeconds }
}

function checkCacheBytes(bytes: number): number {
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes
  throw wrong(`cacheBytes is ${JSON.stringify(bytes)}, expected a whole number of bytes, 0 for none`)
}

function checkGuard(guard: 'identity' | 'json' | GuardOptions): GuardRules {
  if (guard === 'identity') return IDENTITY_RULES
  if (guard === 'json') return JSON_RULES
  if (typeof guard !== 'object' || guard === null)
    throw wrong(`guard is ${JSON.stringify(guard)}, expected 'identity', 'json' or rules`)
  refuseUnknown(guard, GUARD_KEYS, 'guard.')
  const rules = {
    refuseRecords: guard.refuseRecords ?? IDENTITY_RULES.refuseRecords,
    maxValueBytes: guard.maxValueBytes ?? IDENTITY_RULES.maxValueBytes,
    maxDepth: guard.maxDepth ?? IDENTITY_RULES.maxDepth,
  }
  if (typeof rules.refuseRecords !== 'boolean') throw wrong('guard.refuseRecords is no boolean')
  if (!(rules.maxValueBytes >= 1)) throw wrong(`guard.maxValueBytes is ${rules.maxValueBytes}, expected at least 1`)
  // What is read back is followed less deep than that, so a deeper value would never open again.
  if (!(rules.maxDepth >= 1 && rules.maxDepth < MAXIMUM_DEPTH)) {
    throw wrong(`guard.maxDepth is ${rules.maxDepth}, expected 1 to ${MAXIMUM_DEPTH - 1}`)
  }
  return rules
}

function refuseUnknown(given: object, known: ReadonlySet<string>, prefix: string): void {
  for (const key of Object.keys(given)) {
    if (!known.has(key)) throw wrong(`${prefix}${key} is no option. Known: ${[...known].join(', ')}`)
  }
}

function wrong(what: string): SessionError {
  return new SessionError('ERR_OPTIONS', `${what}.`)
}
