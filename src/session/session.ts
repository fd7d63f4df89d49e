import { blameCaller, SessionError, type RefusedReason } from '../errors.ts'
import { createFlash, type Flash } from './flash.ts'
import type { SessionSize } from './ledger.ts'
import type { SessionStatus } from './outcome.ts'
import { RESERVED_KEYS } from './reserved-keys.ts'
import type { SessionState } from './state.ts'
import type { Storable } from './storable.ts'

/** What every session answers to, beside its own data. Data may not use these names. */
export interface SessionControls<Data extends object = { [key: string]: number }> {
  /** 32 hexadecimal characters; new after `renew()` and `reset()`. No credential: it says nothing without the seal. */
  readonly id: string
  /** Whether the request brought no session that could be opened. */
  readonly isNew: boolean
  /** Messages for the next request. */
  readonly flash: Flash
  /** Bytes of the cookie as it would be sent now, or of the JSON that a server store keeps, and what each key takes of them. */
  readonly size: SessionSize
  /** What has happened to this session in this request. Asking does not open the cookie. */
  readonly status: SessionStatus
  /** Why the request's cookie was not accepted, or `undefined`. For logs and metrics, not for the visitor. */
  readonly refused: RefusedReason | undefined
  /**
   * Adds `by` (default 1) to a whole number of at most 15 digits, which counts as 0 where there is none, and gives the sum as this
   * request sees it. A server store adds to what is there at that moment, so that parallel requests all count; in a cookie the
   * last response wins.
   *
   * @throws `ERR_SESSION_VALUE` where the key holds anything else
   */
  increment(key: CounterKey<Data>, by?: number): number
  /**
   * Gives the session a new id and starts its absolute timeout anew. Call it at sign-in and at every change of
   * privilege, so that a cookie from before is worth nothing after (session fixation). What form tokens are made of,
   * `_csrf_token`, ends with the old id.
   *
   * @param options.persistent "remember me": whether the cookie outlives the browser; unchanged when left out
   */
  renew(options?: { persistent?: boolean }): void
  /** Ends this session and goes on with an empty one under a new id. */
  reset(): void
  /** Ends this session; every later use in this request throws `ERR_SESSION_DESTROYED`. */
  destroy(): void
  /** Starts the idle timeout anew, even if nothing else changed. */
  touch(): void
}

/** `toJSON` and `then` are no controls, but JSON.stringify and await ask every object for them. */
export type ReservedKey = keyof SessionControls | 'toJSON' | 'then' | '_identity' | '_ticket' | '_formerTicket'

/** Keys whose type takes any number. */
type CounterKey<Data extends object> = {
  [Key in keyof Data]-?: number extends NonNullable<Data[Key]> ? Key & string : never
}[keyof Data]

/**
 * A session: its data as properties, typed by `Data`, and `SessionControls`. Every key may be absent, because every
 * session begins empty. Values are copied in; what is read back is tracked, so nested writes count too, and
 * what is written to an object after it was assigned is taken over until the response leaves.
 */
export type Session<Data extends object> = {
  [Key in keyof Data as Key extends ReservedKey ? never : Key]?: Storable<Data[Key]> | undefined
} & SessionControls<Data>

interface Summary {
  readonly status: SessionStatus
  readonly bytesByKey?: Readonly<Record<string, number>>
}

/** What `console.log` and `JSON.stringify` show: names and sizes, never values. */
function summarize(state: SessionState): Summary {
  const { status } = state
  // Looking at a session must not open it: it would change what the response says about caching.
  if (status === 'untouched' || status === 'destroyed') return { status }
  return { status, bytesByKey: state.size.byKey }
}

/** `inspect.custom` by its documented name: `node:util` takes longer to import than most of this package. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * What gives the state of a session to who knows this symbol; nothing that enumerates a session sees it. Registered, so that the
 * identity of another copy of this package finds it, as long as both know the same states: the number says which.
 */
const STATE: unique symbol = Symbol.for('coatcheck session state 1')
/** What every session has, of whatever copy and release. */
const SESSION: unique symbol = Symbol.for('coatcheck session')

/** The target of the proxy: what one session is made of, each part when it is first asked for. */
class SessionView {
  readonly #state: SessionState
  #controls: Controls | undefined

  constructor(state: SessionState) {
    this.#state = state
  }

  get [SESSION](): true {
    return true
  }

  get [STATE](): SessionState {
    return this.#state
  }

  /** `util.inspect` calls it on the proxy, where it has no private members. */
  [INSPECT](_depth: number, _options: object, inspect: (value: object, options: object) => string): string {
    return `Session ${inspect(summarize(this[STATE]), { breakLength: 100 })}`
  }

  get(name: string): unknown {
    if (RESERVED_KEYS.has(name)) return Reflect.get((this.#controls ??= new Controls(this.#state)), name) as unknown // as: Reflect.get is any
    return this.#state.read(name)
  }
}

/** What a session answers to by itself. A class, because V8 takes microseconds to make an object literal with accessors. */
class Controls implements SessionControls {
  readonly #state: SessionState
  #flash: { readonly state: unknown; readonly entries: Flash } | undefined
  readonly increment: SessionControls['increment']
  readonly renew: SessionControls['renew']
  readonly reset: SessionControls['reset']
  readonly destroy: SessionControls['destroy']
  readonly touch: SessionControls['touch']

  constructor(state: SessionState) {
    this.#state = state
    const verbs = verbsOf(state)
    this.increment = verbs.increment
    this.renew = verbs.renew
    this.reset = verbs.reset
    this.destroy = verbs.destroy
    this.touch = verbs.touch
  }

  get id(): string {
    return this.#state.id
  }

  get isNew(): boolean {
    return this.#state.isNew
  }

  get flash(): Flash {
    // reset() brings a new, empty flash; the old one must not be handed out again.
    const { flash } = this.#state
    if (this.#flash?.state !== flash) this.#flash = { state: flash, entries: createFlash(flash) }
    return this.#flash.entries
  }

  get size(): SessionSize {
    return this.#state.size
  }

  get status(): SessionStatus {
    return this.#state.status
  }

  get refused(): RefusedReason | undefined {
    return this.#state.refused
  }

  get toJSON(): () => object {
    return () => summarize(this.#state)
  }
}

/**
 * Functions of their own: handlers may take them out of the session, and they begin the stack of what they throw.
 *
 * In a literal, not assigned where they are written: V8 puts the function of `this.renew = function …` into its old space, and
 * whatever the function reaches, all of the request here, stays in memory until a full collection.
 */
function verbsOf(state: SessionState): Pick<SessionControls, 'increment' | 'renew' | 'reset' | 'destroy' | 'touch'> {
  return {
    increment: function increment(key, by = 1) {
      return blameCaller(increment, () => state.increment(key, by))
    },
    renew: function renew(options) {
      blameCaller(renew, () => (refuseCallback('renew', options), state.renew(options)))
    },
    reset: function reset(callback?: unknown) {
      blameCaller(reset, () => (refuseCallback('reset', callback), state.reset()))
    },
    destroy: function destroy(callback?: unknown) {
      blameCaller(destroy, () => (refuseCallback('destroy', callback), state.destroy()))
    },
    touch: function touch(callback?: unknown) {
      blameCaller(touch, () => (refuseCallback('touch', callback), state.touch()))
    },
  }
}

/** Nobody would call it, and the request would hang. */
function refuseCallback(verb: string, given: unknown): void {
  if (typeof given !== 'function') return
  throw new SessionError(
    'ERR_OPTIONS',
    `session.${verb}() takes no callback: it is done when it returns. Write what follows on the next line.`,
  )
}

/** One for all sessions: what belongs to one of them is in its view. */
const HANDLER: ProxyHandler<SessionView> = {
  get: function get(view, name) {
    if (typeof name === 'symbol') return Reflect.get(view, name, view) as unknown // as: Reflect.get is any
    return blameCaller(get, () => view.get(name))
  },
  set: function set(view, name, value) {
    blameCaller(set, () => {
      if (typeof name === 'symbol') {
        throw new SessionError(
          'ERR_SESSION_VALUE',
          'session has a symbol for a key and cannot store it: JSON drops it.',
        )
      }
      view[STATE].set(name, value)
    })
    return true
  },
  deleteProperty: function deleteProperty(view, name) {
    blameCaller(deleteProperty, () => {
      if (typeof name === 'string') view[STATE].delete(name)
    })
    return true
  },
  has: function has(view, name) {
    return typeof name === 'string' && (RESERVED_KEYS.has(name) || blameCaller(has, () => view[STATE].has(name)))
  },
  ownKeys: function ownKeys(view) {
    return blameCaller(ownKeys, () => view[STATE].keys())
  },
  getOwnPropertyDescriptor: function descriptor(view, name) {
    if (typeof name === 'symbol' || !blameCaller(descriptor, () => view[STATE].has(name))) return undefined
    return { value: view.get(name), enumerable: true, configurable: true, writable: true }
  },
  defineProperty: () => false,
  preventExtensions: () => false,
  setPrototypeOf: () => false,
}

/** The session as handlers hold it, around the state of one request. */
export function createSession<Data extends object>(state: SessionState): Session<Data> {
  return new Proxy(new SessionView(state), HANDLER) as unknown as Session<Data> // as: the handler gives the view the session's shape
}

/** The state behind a session, for the layers above that keep something of their own in it. @throws `ERR_OPTIONS` */
export function stateOf(session: object): SessionState {
  const view = session as Partial<SessionView> | null | undefined // as: whatever else it is has no such properties
  const state = view?.[STATE]
  if (state !== undefined) return state
  throw new SessionError(
    'ERR_OPTIONS',
    view?.[SESSION] === true
      ? 'This is a session of another copy of coatcheck, whose release does not go with this one. npm ls coatcheck shows both: install one, for sessions and identity alike.'
      : 'This is not a session of coatcheck, expected what sessions.of(request) gives.',
  )
}
