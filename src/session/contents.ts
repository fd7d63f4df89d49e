import { SessionError } from '../errors.ts'
import { isJsonObject, isSameJson, nullObject, pathTo, type Path } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'
import { isUnreadable } from '../serializers/unreadable.ts'
import type { RequestMark } from './assigned.ts'
import { addToCounter, Additions, NO_ADDITIONS } from './counter.ts'
import { FlashState, type FlashHost } from './flash.ts'
import { guardedCopy, guardedFlashCopy, refuseLargeValue, type GuardRules } from './guard.ts'
import type { SessionRecord } from './host.ts'
import { Ledger, type Budget, type SessionSize } from './ledger.ts'
import { FLASH_KEY, IDENTITY_KEY, isHidden } from './reserved-keys.ts'
import { TrackedValues, type TrackedHost } from './tracked.ts'

/** What the contents of a session ask of its life. */
export interface ContentsHost {
  readonly rules: GuardRules
  readonly budget: Budget
  readonly isWritable: boolean
  /** Stands for the request. */
  readonly mark: RequestMark
  /** @throws when the session cannot be written any more */
  assertWritable(path: Path): void
  /** @throws when the session cannot be used any more */
  assertAlive(path: string): void
}

/** What one session holds: guarded, counted, tracked. It ends with the session, and so does every part that was handed out. */
export class Contents implements TrackedHost, FlashHost {
  readonly #host: ContentsHost
  readonly #data: JsonObject
  #ledger: Ledger | undefined
  #tracked: TrackedValues | undefined
  #flash: FlashState | undefined
  /** The JSON of the keys as it is, for formats that keep it; what is written is `undefined` in it. */
  #texts: SessionRecord['texts']
  #changedTexts: Map<string, string | undefined> | undefined
  /** The texts as they came, whatever was changed since. */
  readonly #sourceTexts: SessionRecord['texts']
  /** The JSON of the flash as it came; what it is at commit decides whether the flash changed. */
  readonly #storedFlash: string | undefined
  readonly #original: SessionRecord['original']
  #additions: Additions | undefined
  #changed = false
  #hasEnded = false

  constructor(host: ContentsHost, came?: Pick<SessionRecord, 'data' | 'texts' | 'original'>) {
    this.#host = host
    this.#data = came?.data ?? nullObject()
    this.#texts = came?.texts
    this.#sourceTexts = came?.texts
    this.#original = came?.original
    this.#storedFlash = flashText(this.#data)
  }

  // Reading

  /** The value of a key as handlers may hold it. */
  read(key: string): unknown {
    const value = this.get(key)
    if (typeof value !== 'object' || value === null) return value
    if (isUnreadable(value)) throw value.refuse(pathTo('session', key))
    return this.#values().handOut(value, key)
  }

  get(key: string): Json | undefined {
    return isHidden(key) || this.#hasEnded ? undefined : this.#data[key]
  }

  keys(): string[] {
    return Object.keys(this.#data).filter((key) => !isHidden(key) && !isUnreadable(this.#data[key]))
  }

  has(key: string): boolean {
    return !isHidden(key) && key in this.#data
  }

  get claims(): JsonObject | undefined {
    const claims = this.#data[IDENTITY_KEY]
    return isJsonObject(claims) ? claims : undefined
  }

  get flash(): FlashState {
    return (this.#flash ??= new FlashState(this))
  }

  get size(): SessionSize {
    this.settle()
    return this.#account().size()
  }

  /** @throws `ERR_COOKIE_OVERFLOW`, `ERR_SESSION_OVERFLOW` when what came is too much already */
  assertFits(): void {
    this.#account().check()
  }

  get isChanged(): boolean {
    this.#layFlash()
    return this.#changed || this.#storedFlash !== flashText(this.#data)
  }

  // Writing

  /** @param given what `copy` was made of, which its owner may go on writing to */
  put(key: string, copy: Json, given: unknown): void {
    const before = this.#data[key]
    if (before !== undefined && isSameJson(before, copy)) {
      this.#additions?.forget(key)
    } else {
      this.#note(key, this.#host.budget.jsonBytes(copy, key))
      this.#tracked?.leave(before)
      this.#replace(key, copy)
    }
    if (typeof given === 'object' && given !== null) this.#values().assign(given, this.#data[key], key)
  }

  increment(key: string, by: number): number {
    const sum = addToCounter(this.#data[key], by, pathTo('session', key))
    this.#note(key, this.#host.budget.jsonBytes(sum, key))
    const additions = (this.#additions ??= new Additions())
    this.#data[key] = sum
    this.#forgetText(key)
    this.#changed = true
    additions.note(key, by)
    return sum
  }

  claim(claims: JsonObject): void {
    this.#account().note(IDENTITY_KEY, this.#host.budget.jsonBytes(claims, IDENTITY_KEY))
    this.#replace(IDENTITY_KEY, claims)
  }

  delete(key: string): void {
    if (!(key in this.#data)) return
    this.#account().note(key, undefined)
    this.#tracked?.leave(this.#data[key])
    delete this.#data[key]
    this.#ownTexts()?.delete(key)
    this.#wrote(key)
  }

  // The end

  /** Takes over what was written to objects after they were assigned. @throws what the write would have thrown */
  settle(): void {
    this.#tracked?.settle()
    this.#flash?.settle()
  }

  /** What is to be kept. */
  kept(): Pick<SessionRecord, 'data' | 'texts' | 'original'> & { readonly additions: ReadonlyMap<string, number> } {
    this.#layFlash()
    return {
      data: this.#data,
      texts: this.#texts,
      original: this.#original,
      additions: this.#additions?.sums ?? NO_ADDITIONS,
    }
  }

  /** The session ended: nothing that was handed out is part of another one. */
  end(): void {
    this.#hasEnded = true
  }

  /** Ends, but for the flash: whoever holds it holds an empty one of `next`, as somebody who was refused never had another. */
  endAs(next: Contents): void {
    this.end()
    next.#flash = this.#flash
    this.#flash?.restart(next)
  }

  // What tracked values and the flash ask

  get refusesRecords(): boolean {
    return this.#host.rules.refuseRecords
  }

  get isWritable(): boolean {
    return this.#host.isWritable && !this.#hasEnded
  }

  get mark(): RequestMark {
    return this.#host.mark
  }

  assertWritable(path: Path): void {
    this.#host.assertWritable(path)
  }

  copy(value: unknown, path: Path, depth: number): Json {
    return guardedCopy(value, path, this.#host.rules, depth)
  }

  jsonBytes(value: Json): number {
    return this.#host.budget.jsonBytes(value)
  }

  resize(key: string, by: number): void {
    const { budget } = this.#host
    const account = this.#account()
    // A text that is kept is written as it came, until its value changes: then the value counts.
    const isKept = this.#texts?.().get(key) !== undefined
    const before = isKept ? budget.jsonBytes(this.#data[key] ?? null, key) : (account.valueBytes(key) ?? 0)
    this.#note(key, before + by)
    this.#forgetText(key)
    this.#wrote(key)
  }

  assertFlash(): void {
    this.#host.assertAlive('session.flash')
    if (!this.#hasEnded) return
    throw new SessionError(
      'ERR_SESSION_DESTROYED',
      'session.flash was read before session.reset() and used after it, but it belongs to the session that ended. Read session.flash again.',
    )
  }

  get storedFlash(): JsonObject | undefined {
    const stored = this.#data[FLASH_KEY]
    return isJsonObject(stored) ? stored : undefined
  }

  flashCopy(value: unknown, path: Path): Json {
    const copy = guardedFlashCopy(value, path, this.#host.rules)
    refuseLargeValue(this.jsonBytes(copy), path, this.#host.rules)
    return copy
  }

  resizeFlash(bytes: number | undefined): void {
    const around = bytes === undefined ? 0 : this.#host.budget.jsonBytes(nullObject(), FLASH_KEY)
    this.#account().note(FLASH_KEY, bytes === undefined ? undefined : bytes + around)
  }

  #values(): TrackedValues {
    return (this.#tracked ??= new TrackedValues(this))
  }

  #account(): Ledger {
    return (this.#ledger ??= new Ledger(this.#host.budget, this.#data, this.#texts?.()))
  }

  #note(key: string, bytes: number): void {
    const account = this.#account()
    const before = account.valueBytes(key)
    account.note(key, bytes)
    // What shrinks always passes.
    if (bytes <= this.#host.rules.maxValueBytes || bytes <= (before ?? 0)) return
    account.note(key, before)
    refuseLargeValue(bytes, () => pathTo('session', key), this.#host.rules)
  }

  #replace(key: string, value: Json): void {
    this.#data[key] = value
    this.#forgetText(key)
    this.#wrote(key)
  }

  #wrote(key: string): void {
    this.#changed = true
    // What is added to it from here on is part of what was written.
    ;(this.#additions ??= new Additions()).forget(key)
  }

  /** What came is not what goes back any more. The key stays where it was, as it does in Ruby. */
  #forgetText(key: string): void {
    const texts = this.#ownTexts()
    if (texts?.has(key) === true) texts.set(key, undefined)
  }

  /** A copy of our own from the first change on; who only reads does not pay for it. */
  #ownTexts(): Map<string, string | undefined> | undefined {
    if (this.#changedTexts === undefined && this.#texts !== undefined) {
      const own = new Map(this.#texts())
      this.#changedTexts = own
      this.#texts = () => own
    }
    return this.#changedTexts
  }

  /** Puts the flash for the next request among the data. Until somebody asks it is counted, and no more. */
  #layFlash(): void {
    if (this.#flash?.isLaid !== false) return
    const entries = this.#flash.lay()
    if (entries === undefined) {
      delete this.#data[FLASH_KEY]
      this.#ownTexts()?.delete(FLASH_KEY)
      return
    }
    this.#data[FLASH_KEY] = entries
    // Looking takes the flash out, and keeping all of it puts back what came.
    const isKept = this.#sourceTexts !== undefined && flashText(this.#data) === this.#storedFlash
    if (isKept) this.#ownTexts()?.set(FLASH_KEY, this.#sourceTexts?.().get(FLASH_KEY))
    else this.#forgetText(FLASH_KEY)
  }
}

function flashText(data: JsonObject): string | undefined {
  return data[FLASH_KEY] === undefined ? undefined : JSON.stringify(data[FLASH_KEY])
}
