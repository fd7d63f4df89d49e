import { blameCaller, SessionError } from '../errors.ts'
import { checkKey, nullObject, pathTo } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'

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
  /** What the last request left, or `undefined`. */
  stored(): JsonObject | undefined
  /** A storable copy. @throws `ERR_SESSION_VALUE` */
  copy(value: unknown, path: string): Json
  /** @throws when the session cannot be written any more */
  assertWritable(path: string): void
  /** Whether the session can still be written; where not, reading leaves everything as it is. */
  isWritable(): boolean
  /** Accounts for what the next request will get. @throws `ERR_COOKIE_OVERFLOW` and leaves things as they were */
  store(entries: JsonObject | undefined): void
}

const CONTROLS: ReadonlySet<string> = new Set(['now', 'keep', 'discard'])

/** The entries of one request: all that can be read, and which of them end with it. */
export class FlashState {
  readonly #host: FlashHost
  #entries: JsonObject = nullObject()
  #ending = new Set<string>()
  #swept = false

  constructor(host: FlashHost) {
    this.#host = host
  }

  get(name: string): Json | undefined {
    return this.#look()[name]
  }

  names(): string[] {
    return Object.keys(this.#look())
  }

  has(name: string): boolean {
    return name in this.#look()
  }

  set(name: string, value: unknown, path: string, nowOnly: boolean): void {
    this.#host.assertWritable(path)
    checkKey(name, path)
    const copy = value === undefined ? undefined : deepFreeze(this.#host.copy(value, path))
    this.#change(() => {
      if (copy === undefined) delete this.#entries[name]
      else this.#entries[name] = copy
      if (nowOnly) this.#ending.add(name)
      else this.#ending.delete(name)
    })
  }

  keep(name?: string): void {
    this.#host.assertWritable('session.flash')
    this.#change(() => {
      if (name === undefined) this.#ending.clear()
      else this.#ending.delete(name)
    })
  }

  discard(name?: string): void {
    this.#host.assertWritable('session.flash')
    this.#change(() => {
      for (const ending of name === undefined ? Object.keys(this.#entries) : [name]) this.#ending.add(ending)
    })
  }

  /** The first look takes the stored entries out of the session: they end with this request unless kept. */
  #look(): JsonObject {
    if (!this.#swept) {
      for (const [name, value] of Object.entries(this.#host.stored() ?? {})) {
        this.#entries[name] = deepFreeze(value)
        this.#ending.add(name)
      }
      this.#swept = true
      if (this.#host.isWritable()) this.#store()
    }
    return this.#entries
  }

  #change(change: () => void): void {
    this.#look()
    const before = { entries: { ...this.#entries }, ending: new Set(this.#ending) }
    change()
    try {
      this.#store()
    } catch (error) {
      this.#entries = Object.assign(nullObject(), before.entries)
      this.#ending = before.ending
      throw error
    }
  }

  #store(): void {
    const next = nullObject()
    for (const [name, value] of Object.entries(this.#entries)) if (!this.#ending.has(name)) next[name] = value
    this.#host.store(Object.keys(next).length === 0 ? undefined : next)
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
