import type { SessionError } from '../errors.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'

/** What a session may weigh, given by whoever stores it. */
export interface Budget {
  /** The most bytes that what is stored may take: 4096 for a cookie's name and value. */
  readonly limit: number
  /** The bytes that it takes, exactly, when the session's JSON has `jsonBytes` bytes of UTF-8. */
  bytes(jsonBytes: number): number
  /** The bytes of UTF-8 that a value's JSON takes under `key`; of a key's own name where `key` is left out. */
  jsonBytes(value: Json, key?: string): number
  /** The error for a session that takes more, with the heaviest keys first. */
  overflow(bytes: number, byKey: ReadonlyMap<string, number>): SessionError
}

/** Bytes used and left. `byKey` counts each key's part of the JSON, name and quotes included. */
export interface SessionSize {
  readonly bytes: number
  readonly limit: number
  readonly remaining: number
  readonly byKey: Readonly<Record<string, number>>
}

/** Keeps count of a session's JSON, key by key, so that a write that is too much fails before it happens. */
export class Ledger {
  readonly #budget: Budget
  readonly #byKey = new Map<string, number>()
  /** Of all keys together. */
  #sum = 0

  /** @param texts the JSON of the values that nobody changed, where it was kept */
  constructor(budget: Budget, data: JsonObject, texts?: ReadonlyMap<string, string | undefined>) {
    this.#budget = budget
    for (const [key, value] of Object.entries(data)) {
      const text = texts?.get(key)
      const bytes = text === undefined ? budget.jsonBytes(value, key) : Buffer.byteLength(text)
      this.#put(key, this.#pairBytes(key, bytes))
    }
  }

  /**
   * Notes that `key` now takes `bytes` bytes of JSON, or, with `undefined`, that it is gone.
   *
   * @throws `ERR_COOKIE_OVERFLOW` and notes nothing when the whole would pass the limit. What shrinks always passes.
   */
  note(key: string, bytes: number | undefined): void {
    const before = this.#byKey.get(key) ?? 0
    const after = bytes === undefined ? 0 : this.#pairBytes(key, bytes)
    this.#put(key, after)
    const total = this.#budget.bytes(this.#jsonBytes())
    if (total <= this.#budget.limit || after <= before) return
    const byKey = new Map(this.#byKey)
    // Before the error, which is an event too: whoever hears of it may write to this very session.
    this.#put(key, before)
    throw this.#budget.overflow(total, byKey)
  }

  /** @throws `ERR_COOKIE_OVERFLOW` when what was loaded is too much already */
  check(): void {
    const total = this.#budget.bytes(this.#jsonBytes())
    if (total > this.#budget.limit) throw this.#budget.overflow(total, this.#byKey)
  }

  /** The bytes of JSON that the value of `key` takes now, or `undefined` when there is none. */
  valueBytes(key: string): number | undefined {
    const pair = this.#byKey.get(key)
    return pair === undefined ? undefined : pair - this.#pairBytes(key, 0)
  }

  size(): SessionSize {
    const bytes = this.#budget.bytes(this.#jsonBytes())
    const { limit } = this.#budget
    return { bytes, limit, remaining: limit - bytes, byKey: Object.fromEntries(this.#byKey) }
  }

  /** A pair of no bytes is one that is gone. */
  #put(key: string, bytes: number): void {
    this.#sum += bytes - (this.#byKey.get(key) ?? 0)
    if (bytes === 0) this.#byKey.delete(key)
    else this.#byKey.set(key, bytes)
  }

  #jsonBytes(): number {
    return 2 + this.#sum + Math.max(0, this.#byKey.size - 1) // braces, pairs, commas
  }

  #pairBytes(key: string, valueBytes: number): number {
    return this.#budget.jsonBytes(key) + 1 + valueBytes
  }
}
