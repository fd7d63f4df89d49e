import { blameCaller, SessionError } from '../errors.ts'
import { checkKey, isContainer, nullObject, pathTo, type Path } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'
import { Assigned, type RequestMark } from './assigned.ts'

/** What a flash may hold, readable only: an entry is replaced, never edited. */
export type FlashValue = string | number | boolean | null | readonly FlashValue[] | FlashObject

/** Field errors and the like. An object with an id is refused with a sentence: it looks like a record. */
export interface FlashObject {
  readonly [key: string]: FlashValue | undefined
  readonly id?: 'a record goes stale: flash a short message, or its id alone'
  readonly _id?: 'a record goes stale: flash a short message, or its id alone'
  readonly uuid?: 'a record goes stale: flash a short message, or its id alone'
}

/** Entries by name, as `notice` and `alert`. */
export interface FlashEntries {
  [name: string]: FlashValue | undefined
}

/** What is no entry. These names are refused for entries. */
export interface FlashControls {
  /** Entries for this request alone: `flash.now.alert = 'Wrong password'` before rendering. */
  readonly now: FlashEntries
  /** Carries what this request received on to the next one: everything, or one entry. */
  keep(name?: string): void
  /** Drops at the end of this request what would have gone on to the next one: everything, or one entry. */
  discard(name?: string): void
}

/**
 * Messages for the next request, as in Rails: what is set now can be read on the next request that looks at its flash,
 * and is gone after that one. Requests that do not look leave it alone, so no parallel request eats a message.
 */
export type Flash = FlashEntries & FlashControls

/** What the flash asks of the session that it rides in. */
export interface FlashHost {
  /** @throws when the session that it belongs to has ended */
  assertFlash(): void
  /** @throws when the session cannot be written any more */
  assertWritable(path: Path): void
  /** Whether the session can still be written; where not, reading leaves everything as it is. */
  readonly isWritable: boolean
  /** What the last request left, or `undefined`. */
  readonly storedFlash: JsonObject | undefined
  /** Stands for the request. */
  readonly mark: RequestMark
  /** A storable copy. @throws `ERR_SESSION_VALUE` */
  flashCopy(value: unknown, path: Path): Json
  /** The bytes of a value's JSON. */
  jsonBytes(value: Json): number
  /**
   * Accounts for what the next request will get: the bytes between the braces, or `undefined` for nothing.
   *
   * @throws `ERR_COOKIE_OVERFLOW` and leaves things as they were
   */
  resizeFlash(bytes: number | undefined): void
}

const CONTROLS: ReadonlySet<string> = new Set(['now', 'keep', 'discard'])

/** The entries of one request: all that can be read, and which of them end with it. */
export class FlashState {
  #host: FlashHost
  #entries: JsonObject = nullObject()
  #ending = new Set<string>()
  /** How many go on to the next request, and the bytes of their JSON without commas. */
  #going = 0
  #bytes = 0
  #swept = false
  /** What was assigned in this request, and may be changed by its owner. */
  #assigned: Map<string, Assigned> | undefined
  /** Whether what goes on is among the session's data. */
  isLaid = true

  constructor(host: FlashHost) {
    this.#host = host
  }

  get(name: string): Json | undefined {
    this.#look()
    if (this.#assigned?.has(name) === true) this.#settle(name)
    return this.#entries[name]
  }

  names(): string[] {
    return Object.keys(this.#look())
  }

  has(name: string): boolean {
    return name in this.#look()
  }

  set(name: string, value: unknown, path: Path, nowOnly: boolean): void {
    this.#assertWritable(path)
    checkKey(name, path)
    const copy = value === undefined ? undefined : deepFreeze(this.#host.flashCopy(value, path))
    // Its getters may have ended the session, or sent the response.
    this.#assertWritable(path)
    this.#look()
    const goesOn = copy !== undefined && !nowOnly
    const bytes = this.#bytes - this.#bytesGoingOn(name) + (goesOn ? this.#pairBytes(name, copy) : 0)
    this.#account(this.#going - (this.#goesOn(name) ? 1 : 0) + (goesOn ? 1 : 0), bytes)
    if (copy === undefined) delete this.#entries[name]
    else this.#entries[name] = copy
    if (nowOnly) this.#ending.add(name)
    else this.#ending.delete(name)
    this.#assigned?.delete(name)
    if (isContainer(copy))
      (this.#assigned ??= new Map()).set(name, new Assigned(value as object, copy, this.#host.mark)) // as: only an object has such a copy
  }

  keep(name?: string): void {
    this.#assertWritable('session.flash')
    this.#look()
    const kept = name === undefined ? [...this.#ending] : this.#ending.has(name) ? [name] : []
    let [going, bytes] = [this.#going, this.#bytes]
    for (const each of kept) {
      const value = this.#entries[each]
      if (value === undefined) continue
      going++
      bytes += this.#pairBytes(each, value)
    }
    this.#account(going, bytes)
    for (const each of kept) this.#ending.delete(each)
  }

  discard(name?: string): void {
    this.#assertWritable('session.flash')
    this.#look()
    if (name === undefined) {
      this.#account(0, 0)
      for (const each of Object.keys(this.#entries)) this.#ending.add(each)
      return
    }
    this.#account(this.#going - (this.#goesOn(name) ? 1 : 0), this.#bytes - this.#bytesGoingOn(name))
    this.#ending.add(name)
  }

  /** What goes on to the next request, or `undefined` for nothing. */
  lay(): JsonObject | undefined {
    this.isLaid = true
    if (this.#going === 0) return undefined
    const next = nullObject()
    for (const [name, value] of Object.entries(this.#entries)) if (!this.#ending.has(name)) next[name] = value
    return next
  }

  /** Takes over what was written to objects after they were assigned. @throws what the write would have thrown */
  settle(): void {
    for (const name of this.#assigned?.keys() ?? []) this.#settle(name)
  }

  /** Goes on as the empty flash of another session. */
  restart(host: FlashHost): void {
    this.#host = host
    this.#entries = nullObject()
    this.#ending = new Set()
    this.#assigned = undefined
    this.#going = 0
    this.#bytes = 0
    this.#swept = false
    this.isLaid = true
  }

  /** The first look takes the stored entries out of the session: they end with this request unless kept. */
  #look(): JsonObject {
    this.#host.assertFlash()
    if (!this.#swept) {
      const stored = Object.entries(this.#host.storedFlash ?? {})
      for (const [name, value] of stored) {
        this.#entries[name] = deepFreeze(value)
        this.#ending.add(name)
      }
      this.#swept = true
      if (this.#host.isWritable && stored.length > 0) this.#account(0, 0)
    }
    return this.#entries
  }

  #settle(name: string): void {
    const assigned = this.#assigned?.get(name)
    if (assigned === undefined || assigned.isBusy || !this.#host.isWritable) return
    assigned.isBusy = true
    try {
      if (!assigned.isChanged) return
      const path = pathTo('session.flash', name)
      assigned.claim(path)
      this.set(name, assigned.given, path, this.#ending.has(name))
    } finally {
      assigned.isBusy = false
    }
  }

  #assertWritable(path: Path): void {
    this.#host.assertWritable(path)
    this.#host.assertFlash()
  }

  #goesOn(name: string): boolean {
    return name in this.#entries && !this.#ending.has(name)
  }

  #bytesGoingOn(name: string): number {
    const value = this.#entries[name]
    return value === undefined || this.#ending.has(name) ? 0 : this.#pairBytes(name, value)
  }

  #pairBytes(name: string, value: Json): number {
    return this.#host.jsonBytes(name) + 1 + this.#host.jsonBytes(value)
  }

  #account(going: number, bytes: number): void {
    this.#host.resizeFlash(going === 0 ? undefined : bytes + going - 1)
    this.#going = going
    this.#bytes = bytes
    this.isLaid = false
  }
}

/** The flash as handlers hold it. */
export function createFlash(state: FlashState): Flash {
  const now = entriesProxy(state, 'session.flash.now', true, {})
  const controls: FlashControls = {
    now: now as FlashEntries, // as: a proxy's type is its target's
    keep: function keep(name) {
      blameCaller(keep, () => state.keep(name))
    },
    discard: function discard(name) {
      blameCaller(discard, () => state.discard(name))
    },
  }
  return entriesProxy(state, 'session.flash', false, controls) as Flash // as: see above
}

function entriesProxy(state: FlashState, path: string, nowOnly: boolean, controls: object): object {
  const isControl = (name: string): boolean => !nowOnly && CONTROLS.has(name)
  const handler: ProxyHandler<object> = {
    get(target, name) {
      if (typeof name === 'symbol' || isControl(name)) return Reflect.get(target, name) as unknown // as: Reflect.get is any
      return state.get(name)
    },
    has: (_, name) => typeof name === 'string' && (isControl(name) || state.has(name)),
    ownKeys: () => state.names(),
    getOwnPropertyDescriptor(_, name) {
      if (typeof name === 'symbol' || !state.has(name)) return undefined
      return { value: state.get(name), enumerable: true, configurable: true, writable: true }
    },
    set: function set(_, name, value) {
      blameCaller(set, () => {
        if (typeof name === 'symbol' || CONTROLS.has(name)) {
          throw new SessionError(
            'ERR_SESSION_VALUE',
            `${path} has no entry ${String(name)}: that name is the flash's own. Choose another one.`,
          )
        }
        state.set(name, value, pathTo(path, name), nowOnly)
      })
      return true
    },
    deleteProperty: function deleteProperty(_, name) {
      blameCaller(deleteProperty, () => {
        if (typeof name === 'string') state.set(name, undefined, pathTo(path, name), nowOnly)
      })
      return true
    },
    defineProperty: () => false,
    preventExtensions: () => false,
    setPrototypeOf: () => false,
  }
  return new Proxy(Object.setPrototypeOf(controls, null) as object, handler) // as: setPrototypeOf is any
}

function deepFreeze(value: Json): Json {
  if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) deepFreeze(item)
    Object.freeze(value)
  }
  return value
}
