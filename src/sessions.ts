import { createClosing } from './closing.ts'
import { COOKIE_LIMIT, overflowError } from './cookies/budget.ts'
import { compactFormat } from './cookies/compact-session.ts'
import { createJar, type CookieJar } from './cookies/jar.ts'
import { newSessionId } from './cookies/lineage.ts'
import type { SessionFormat } from './cookies/session-format.ts'
import { blameCaller, SessionError, type RefusedReason } from './errors.ts'
import { createEmit, type Emit } from './events.ts'
import { createExchange, type Exchange, type ExchangeParts, type RequestFacts } from './exchange.ts'
import type { IdentityHost } from './identity/identity-options.ts'
import { onlyOneOf } from './one-session.ts'
import { createOpener, createOpening } from './opening.ts'
import { checkOptions, type SessionsOptions } from './options.ts'
import { assertStore } from './persistence/assert-store.ts'
import { inCookie } from './persistence/in-cookie.ts'
import { inStore } from './persistence/in-store.ts'
import type { Persistence, PersistenceHost, PersistenceSource, Visit } from './persistence/persistence.ts'
import type { StandardSchema } from './schema.ts'
import type { Json, JsonObject } from './serializers/serializer.ts'
import type { SessionHost } from './session/host.ts'
import type { Budget } from './session/ledger.ts'
import { isCredential } from './session/reserved-keys.ts'
import type { ReadonlySession, ReadonlyValue } from './session/readonly-session.ts'
import { createSession, type Session } from './session/session.ts'
import { isUnreadable } from './serializers/unreadable.ts'
import { SessionState } from './session/state.ts'
import type { SessionStore } from './stores/store.ts'

/** Session data where no type was given: any JSON under any key. */
export interface AnyData {
  [key: string]: Json
}

/** What the value of a session cookie holds. */
export type OpenedValue =
  | {
      readonly ok: true
      readonly data: JsonObject
      readonly format: string
      readonly secret: number
      /** Milliseconds since 1970: when the session began; now, where the format does not tell. */
      readonly created: number
      /** Milliseconds since 1970: when the cookie ends by itself, where the format tells. */
      readonly expires: number | undefined
      /** Whether it outlives the browser. */
      readonly persistent: boolean
    }
  | { readonly ok: false; readonly reason: RefusedReason }

/** The sessions of one cookie. Make it once, where the application starts. */
export interface Sessions<Data extends object> {
  /** The cookie's name. */
  readonly name: string
  /** The session of a request that went through an adapter. @throws `ERR_OPTIONS` for any other request */
  of(request: object): Session<Data>
  /** The cookies of a request that went through an adapter; its writes leave with that response. */
  jar(request: object): CookieJar
  /**
   * A session for reading only, from a Cookie header: WebSocket upgrades, server components. Writing is refused by the
   * compiler, and throws `ERR_SESSION_READONLY`.
   *
   * @throws `ERR_OPTIONS` where sessions live in a server store, which takes `load`
   */
  read(cookieHeader: string | null | undefined): ReadonlySession<Data>
  /** The same wherever sessions live. Rejects with `ERR_STORE_UNAVAILABLE`. */
  load(cookieHeader: string | null | undefined): Promise<ReadonlySession<Data>>
  /** For adapters: begins the exchange of `request`, or gives the one that was begun. */
  begin(request: object, facts: RequestFacts): Exchange<Data>
  /**
   * The cookie value of a fresh session with that data, as the command line and tests need it.
   *
   * @throws `ERR_OPTIONS` where sessions live in a server store
   */
  seal(data: { readonly [Key in keyof Data]?: ReadonlyValue<Data[Key]> | undefined }): string
  /** What a cookie value holds, timeouts included. Never throws. Whoever is signed in by it is left out: that is a credential. */
  open(value: string): OpenedValue
  /** For the layers on top, as `coatcheck/identity`: the clock, the timeouts and the observers of these sessions. */
  readonly host: IdentityHost['host']
}

/**
 * Makes the sessions of one cookie.
 *
 * ```ts
 * const sessions = createSessions<{ accountId?: number }>({
 *   name: '__Host-session',
 *   secrets: [process.env.SESSION_SECRET!],
 * })
 * ```
 *
 * @throws `ERR_SECRET`, `ERR_OPTIONS`
 */
export function createSessions<Output extends object>(
  options: SessionsOptions<Output> & { readonly schema: StandardSchema<Output> },
): Sessions<Output>
export function createSessions<Data extends object = AnyData>(options: SessionsOptions<Data>): Sessions<Data>
export function createSessions<Data extends object>(options: SessionsOptions<Data>): Sessions<Data> {
  return blameCaller(createSessions, () => wire(options))
}

/** The one place where the parts are put together. */
function wire<Data extends object>(options: SessionsOptions<Data>): Sessions<Data> {
  const checked = checkOptions(options)
  const { attributes, clock } = checked
  const { name } = attributes
  const cookieFormat = options.format ?? compactFormat(options.secrets, checked.cacheBytes)
  const sealers = cookieFormat.sealers(clock)
  const format = cookieFormat.session(name, clock)
  const emit = createEmit(name, clock, options.onEvent)
  const now = (): number => Math.floor(clock() / 1000)
  const opener = createOpener(format, checked, now)
  const { brought, ...opening } = createOpening(options, checked, opener, emit)
  const close = createClosing(format, checked, brought, emit, now)
  const persistence = persistenceOf(options.store, {
    ...opening,
    now,
    emit,
    lifetime: checked.lifetime,
    storeTimeoutSeconds: checked.storeTimeoutSeconds,
    cookieBudget: createBudget(format, name, emit),
  })

  const enders: ((claims: JsonObject) => Promise<unknown> | undefined)[] = []
  const endClaims = (claims: JsonObject): Promise<unknown>[] =>
    enders.map((end) => end(claims)).filter((ending) => ending !== undefined)

  const newVisit = (cookieHeader: string | null | undefined): Visit => persistence.visit(cookieHeader ?? undefined)

  const sessionHost: SessionHost = {
    now,
    newId: newSessionId,
    rules: checked.rules,
    lifetime: checked.lifetime,
    persistent: checked.persistent,
    persistence: cookieFormat.persistence,
    onSent: (line) => emit({ type: 'write-after-answer', line }),
    get endClaims() {
      return enders.length === 0 ? undefined : endClaims
    },
  }
  const newState = (visit: Visit): SessionState => new SessionState(sessionHost, visit)

  const newJar = (cookieHeader: string | null | undefined): CookieJar =>
    createJar({
      sealers,
      plainValue: cookieFormat.plainValue,
      now,
      cookieHeader: cookieHeader ?? undefined,
      onRefused: (cookie, reason) => emit({ type: 'refused', reason }, cookie),
      onIgnored: (cookie, count) => emit({ type: 'duplicate', count }, cookie),
      onOverflow: (cookie, bytes) => emit({ type: 'overflow', bytes }, cookie),
      onSent: (cookie, line) => emit({ type: 'write-after-answer', line }, cookie),
    })

  // On the request itself: a WeakMap of short-lived keys costs the garbage collector more than all of an untouched session.
  const held: unique symbol = Symbol(`session ${name}`)
  const knownOf = (request: { readonly [held]?: Exchange<Data> }): Exchange<Data> | undefined => request[held]
  const exchangeOf = (request: object): Exchange<Data> => {
    const exchange = knownOf(request)
    if (exchange !== undefined) return exchange
    throw new SessionError(
      'ERR_OPTIONS',
      `This request has no session of ${name}. Does the session middleware run before this handler?`,
    )
  }

  const parts: ExchangeParts = {
    fetches: persistence.fetches,
    assertOnly: onlyOneOf(name),
    newVisit,
    newState,
    newJar,
    emit,
    sessionCookies: (outcome, context, header, began) => close(outcome, context, header ?? undefined, began),
  }
  // Assigned, as what Node itself keeps on a request: to define a hidden property costs more than all of an exchange.
  const begin = (request: { [held]?: Exchange<Data> }, facts: RequestFacts): Exchange<Data> =>
    (request[held] ??= createExchange<Data>(parts, facts, request))

  const readOnly = (visit: Visit): ReadonlySession<Data> => {
    const state = newState(visit)
    state.lock('readonly')
    return createSession<Data>(state) as object as ReadonlySession<Data> // as: of a `Data` not known, the compiler cannot say that it fits
  }

  return {
    name,
    begin,
    of: function of(request) {
      return blameCaller(of, () => exchangeOf(request).session)
    },
    jar: function jar(request) {
      return blameCaller(jar, () => exchangeOf(request).jar)
    },
    read: function read(cookieHeader) {
      if (!persistence.fetches) return readOnly(newVisit(cookieHeader))
      return blameCaller(read, () => {
        throw fetched('sessions.read(cookieHeader)', 'Use await sessions.load(cookieHeader)')
      })
    },
    async load(cookieHeader) {
      const visit = newVisit(cookieHeader)
      await visit.fetch()
      return readOnly(visit)
    },
    seal: function seal(data) {
      return blameCaller(seal, () => {
        if (persistence.fetches) throw fetched('sessions.seal(data)', 'Send a request through an adapter instead')
        const state = newState(newVisit(undefined))
        state.renew() // written even if there is nothing in it
        const { flash = {}, ...rest }: { flash?: object } = data
        for (const [key, value] of Object.entries(rest)) state.set(key, value)
        for (const [entry, value] of Object.entries(flash))
          state.flash.set(entry, value, `session.flash.${entry}`, false)
        const outcome = state.outcome()
        if (outcome.verb !== 'write') throw new SessionError('ERR_OPTIONS', 'A renewed session is always written.')
        return format.seal(outcome.record)
      })
    },
    open(value) {
      const opened = opener.open(value)
      if (!opened.ok) return opened
      const { data, created, expiresAt: expires, persistent } = opened.record
      for (const key in data) if (isCredential(key) || isUnreadable(data[key])) delete data[key]
      return {
        ok: true,
        data,
        format: format.name,
        secret: opened.secret,
        created: created * 1000,
        expires,
        persistent,
      }
    },
    host: {
      clock,
      lifetime: checked.lifetime,
      emit,
      storeTimeoutSeconds: checked.storeTimeoutSeconds,
      onClaimsEnded: (end) => void enders.push(end),
    },
  }
}

function persistenceOf(store: SessionStore | PersistenceSource | undefined, host: PersistenceHost): Persistence {
  if (store === undefined) return inCookie(host)
  return 'connect' in store ? store.connect(host) : inStore(host, assertStore(store, 'store'))
}

function fetched(what: string, instead: string): SessionError {
  return new SessionError(
    'ERR_OPTIONS',
    `${what} is for sessions that live in the cookie; these live in a store. ${instead}.`,
  )
}

function createBudget(format: SessionFormat, name: string, emit: Emit): Budget {
  const nameBytes = Buffer.byteLength(name)
  return {
    limit: COOKIE_LIMIT,
    bytes: (jsonBytes) => nameBytes + format.sealedLength(jsonBytes),
    jsonBytes: (value, key) => format.jsonBytes(value, key),
    overflow(bytes, byKey) {
      emit({ type: 'overflow', bytes })
      return overflowError(name, bytes, byKey, format.sizeNote?.(jsonLength(byKey)))
    },
  }
}

/** The bytes of an object's JSON that has these pairs. */
function jsonLength(byKey: ReadonlyMap<string, number>): number {
  let sum = 1 // one brace, and for each pair a comma or the other brace
  for (const bytes of byKey.values()) sum += bytes + 1
  return sum
}
