import { SessionError, type RefusedReason } from '../errors.ts'
import { checkKey, isJsonObject, isSameJson, nullObject, pathTo } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'
import { FlashState } from './flash.ts'
import { guardedCopy, refuseLargeValue, refuseRecords } from './guard.ts'
import { addToCounter, Additions, NO_ADDITIONS } from './counter.ts'
import type { Loaded, SessionHost, SessionRecord, SessionSource } from './host.ts'
import { Ledger, type SessionSize } from './ledger.ts'
import { slideIsDue } from './lifetime.ts'
import type { Lock, Outcome, SessionStatus, WriteCause } from './outcome.ts'
import { FLASH_KEY, FORM_TOKEN_KEY, IDENTITY_KEY, isHidden, refuseReservedKey } from './reserved-keys.ts'

/** The state machine behind one request's session. Synchronous, without I/O; opens the cookie at the first question. */
export class SessionState {
  readonly #host: SessionHost
  readonly #source: SessionSource
  #loaded: Loaded | undefined
  #data: JsonObject = nullObject()
  #flash: FlashState | undefined
  #ledger: Ledger | undefined
  /** The JSON of the keys as it came, for formats that keep it; what is written is `undefined` in it. */
  #texts: SessionRecord['texts']
  #changedTexts: Map<string, string | undefined> | undefined
  #expiresAt: number | undefined
  #id: string | undefined
  /** The id that the request brought, whatever became of it. */
  #cameAs: string | undefined
  #created = 0
  #persistent: boolean
  #lock: Lock | undefined
  #destroyed = false
  #renewed = false
  #reset = false
  #touched = false
  #changed = false
  #claimed = false
  /** Of the sessions that this request ended, until the commit. */
  #claimsGivenUp: JsonObject[] | undefined
  #additions: Additions | undefined
  /** The JSON of the flash as the cookie holds it; what it is at commit decides whether the flash changed. */
  #storedFlash: string | undefined
  /** The texts as they came, whatever was changed since. */
  #sourceTexts: SessionRecord['texts']

  constructor(host: SessionHost, source: SessionSource) {
    this.#host = host
    this.#source = source
    this.#persistent = host.persistent
  }

  // Reading

  get(key: string): Json | undefined {
    this.#open()
    return isHidden(key) ? undefined : this.#data[key]
  }

  keys(): string[] {
    this.#open()
    return Object.keys(this.#data).filter((key) => !isHidden(key))
  }

  has(key: string): boolean {
    this.#open()
    return !isHidden(key) && key in this.#data
  }

  /** What the identity layer keeps in this session: who is signed in, and the proof. No handler sees it. */
  get claims(): JsonObject | undefined {
    this.#open()
    const claims = this.#data[IDENTITY_KEY]
    return isJsonObject(claims) ? claims : undefined
  }

  /** The claims that go when this session ends: its own, or of several sessions none of which counts those of them all. */
  get claimsToEnd(): readonly JsonObject[] {
    const { claims } = this
    if (claims !== undefined) return [claims]
    return (this.#loaded?.record === undefined ? this.#loaded?.rivals : undefined) ?? NO_CLAIMS
  }

  get flash(): FlashState {
    this.#flash ??= this.#newFlash()
    return this.#flash
  }

  get id(): string {
    this.#open()
    this.#id ??= this.#newId()
    return this.#id
  }

  get isNew(): boolean {
    return this.#reset || this.#open().record === undefined
  }

  get refused(): RefusedReason | undefined {
    const loaded = this.#open()
    return loaded.record === undefined ? loaded.refused : undefined
  }

  get size(): SessionSize {
    this.#open()
    return this.#account().size()
  }

  get status(): SessionStatus {
    if (this.#destroyed) return 'destroyed'
    if (this.#loaded === undefined) return 'untouched'
    if (this.#renewed) return 'renewed'
    if (this.#reset || this.#isChanged() || this.#isMigrated()) return 'changed'
    return this.#touched ? 'touched' : 'read'
  }

  /** Whether the response depends on the Cookie header. */
  get wasOpened(): boolean {
    return this.#loaded !== undefined
  }

  // Writing

  set(key: string, value: unknown): void {
    const path = pathTo('session', key)
    this.assertWritable(path)
    refuseReservedKey(key)
    checkKey(key, path)
    if (value === undefined) {
      this.delete(key)
      return
    }
    const copy = guardedCopy(value, path, this.#host.rules)
    this.#open()
    if (key in this.#data && isSameJson(this.#data[key], copy)) {
      this.#additions?.forget(key)
      return
    }
    this.#note(key, this.#source.budget.jsonBytes(copy, key), path)
    this.#replace(key, copy)
  }

  /** Adds to a whole number, which counts as 0 where there is none, and gives the sum as this request sees it. */
  increment(key: string, by: number): number {
    const path = pathTo('session', key)
    this.assertWritable(path)
    refuseReservedKey(key)
    checkKey(key, path)
    this.#open()
    const sum = addToCounter(this.#data[key], by, path)
    this.#note(key, this.#source.budget.jsonBytes(sum, key), path)
    const additions = (this.#additions ??= new Additions())
    this.#data[key] = sum
    this.#forgetText(key)
    this.#changed = true
    additions.note(key, by)
    return sum
  }

  /** Keeps the claims of whoever signs in. @throws `ERR_COOKIE_OVERFLOW`, `ERR_SESSION_SENT` */
  claim(claims: JsonObject): void {
    this.assertWritable('session.claim()')
    this.#open()
    this.#account().note(IDENTITY_KEY, this.#source.budget.jsonBytes(claims, IDENTITY_KEY))
    this.#replace(IDENTITY_KEY, claims)
    this.#claimed = true
  }

  /**
   * The server says that this session no longer counts: from here on it is as empty as if its cookie had not opened. Like any
   * refused cookie it is left alone until something is written, and then replaced.
   */
  refuse(reason: RefusedReason): void {
    this.#open()
    this.#clear()
    this.#loaded = { record: undefined, refused: reason }
    this.#id = undefined
    this.#created = this.#host.now()
    this.#persistent = this.#host.persistent
    this.#reset = false
    this.#renewed = false
    this.#touched = false
    this.#changed = false
  }

  delete(key: string): void {
    this.assertWritable(pathTo('session', key))
    refuseReservedKey(key)
    this.#open()
    if (!(key in this.#data)) return
    this.#account().note(key, undefined)
    delete this.#data[key]
    this.#ownTexts()?.delete(key)
    this.#wrote(key)
  }

  /** A storable copy for a place inside the session. */
  copy(value: unknown, path: string): Json {
    return guardedCopy(value, path, this.#host.rules)
  }

  /**
   * Changes a value inside `key` in place. `apply` and `undo` are inverse; where the result may not be stored, the change
   * is undone and the error says why.
   */
  changeInside(key: string, container: Json[] | JsonObject, path: string, apply: () => void, undo: () => void): void {
    this.#account() // before, or what is too much now would count as what was there already
    apply()
    try {
      if (this.#host.rules.refuseRecords) refuseRecords(container, path)
      this.#note(key, this.#source.budget.jsonBytes(this.#data[key] ?? null, key), path)
    } catch (error) {
      undo()
      throw error
    }
    this.#forgetText(key)
    this.#wrote(key)
  }

  /** A new id, and the absolute timeout starts anew: for sign-in, re-authentication and every change of privilege. */
  renew(options: { persistent?: boolean } = {}): void {
    this.assertWritable('session.renew()')
    const { persistent, persistence } = this.#host
    if (persistence !== undefined && options.persistent !== undefined && options.persistent !== persistent) {
      throw new SessionError('ERR_OPTIONS', `session.renew({ persistent: ${options.persistent} }): ${persistence}.`)
    }
    this.#open()
    this.#id = this.#newId()
    this.#created = this.#host.now()
    this.#persistent = options.persistent ?? this.#persistent
    this.#expiresAt = undefined
    this.delete(FORM_TOKEN_KEY)
    this.#renewed = true
  }

  /** Ends this session and begins an empty one under a new id: data and flash are gone. */
  reset(): void {
    this.assertWritable('session.reset()')
    this.#open()
    this.#giveUpClaims()
    this.#clear()
    this.#id = this.#newId()
    this.#created = this.#host.now()
    this.#persistent = this.#host.persistent
    this.#reset = true
    this.#renewed = false
    this.#touched = false
    this.#changed = false
  }

  /** Ends this session for good: data and flash are gone, the cookie is expired, every later use throws. */
  destroy(): void {
    this.assertWritable('session.destroy()')
    this.#giveUpClaims()
    this.#clear()
    this.#destroyed = true
  }

  /** Writes the session at commit even if nothing changed, so that its idle timeout starts anew. */
  touch(): void {
    this.assertWritable('session.touch()')
    this.#open()
    this.#touched = true
  }

  // The end of the request

  /** From now on every write throws. */
  lock(lock: Lock): void {
    this.#lock = lock
  }

  get isWritable(): boolean {
    return this.#lock === undefined && !this.#destroyed
  }

  assertWritable(path: string): void {
    this.#assertAlive(path)
    if (this.#lock === 'sent') {
      throw new SessionError(
        'ERR_SESSION_SENT',
        `${path} was written after the response headers had left, so no cookie can carry it. Write to the session before the first byte of the response.`,
      )
    }
    if (this.#lock === 'readonly') {
      throw new SessionError(
        'ERR_SESSION_READONLY',
        `${path} was written, but this session was opened for reading only. Do this where the response is still to come: in a request handler, or in Next.js in a server action or a route handler.`,
      )
    }
  }

  /** Ends, on the server, whoever was signed in by a session that ended here. What the response says waits for it. */
  endClaims(): Promise<unknown> | undefined {
    if (this.#claimsGivenUp === undefined) return undefined
    const endings = this.#claimsGivenUp.flatMap((claims) => this.#host.endClaims?.(claims) ?? [])
    this.#claimsGivenUp = undefined
    return endings.length === 0 ? undefined : Promise.all(endings)
  }

  /** What a commit has to do now. */
  outcome(): Outcome {
    if (this.#destroyed) return { verb: 'expire' }
    if (this.#loaded === undefined) return { verb: 'nothing' }
    const because = this.#writeCause()
    if (because === undefined) return { verb: this.#endsAnother() ? 'expire' : 'nothing' }
    return {
      verb: 'write',
      record: this.#record(),
      because,
      origin: this.#loaded.record === undefined ? 'new' : this.#reset ? 'instead' : 'same',
      isTouched: this.#touched,
      isSignIn: this.#claimed,
      additions: this.#additions?.sums ?? NO_ADDITIONS,
    }
  }

  #writeCause(): WriteCause | undefined {
    if (this.#renewed) return 'renewed'
    if (this.#isChanged()) return this.#endsAnother() ? 'reset' : 'changed'
    if (this.isNew || this.#loaded?.record === undefined) return undefined
    if (this.#touched) return 'touched'
    if (this.#isMigrated()) return 'migrated'
    if (this.#loaded.stale) return 'resealed'
    return slideIsDue(this.#loaded.record, this.#host.lifetime, this.#host.now()) ? 'slide' : undefined
  }

  /** Whether `reset()` put this session in the place of one that the request brought. */
  #endsAnother(): boolean {
    if (!this.#reset || this.#loaded === undefined) return false
    return this.#loaded.record !== undefined || this.#loaded.refused === 'duplicate'
  }

  #record(): SessionRecord {
    const now = this.#host.now()
    return {
      id: this.id,
      created: this.#created,
      slid: now,
      persistent: this.#persistent,
      data: this.#data,
      texts: this.#texts,
      expiresAt: this.#expiresAt,
    }
  }

  #newId(): string {
    return this.#host.newId(this.#cameAs)
  }

  /** Whether the schema or `migrate` made other data of what came, and it is still there. */
  #isMigrated(): boolean {
    return !this.#reset && this.#loaded?.record !== undefined && this.#loaded.migrated
  }

  #isChanged(): boolean {
    return this.#changed || this.#storedFlash !== flashText(this.#data)
  }

  #open(): Loaded {
    this.#assertAlive('session')
    if (this.#loaded !== undefined) return this.#loaded
    const loaded = this.#source.load()
    this.#loaded = loaded
    if (loaded.record === undefined) {
      this.#created = this.#host.now()
      return loaded
    }
    const { id, created, persistent, data, texts, expiresAt } = loaded.record
    this.#id = id
    this.#cameAs = id
    this.#created = created
    this.#persistent = persistent
    this.#data = data
    this.#texts = texts
    this.#sourceTexts = texts
    this.#expiresAt = expiresAt
    this.#storedFlash = flashText(data)
    // What `migrate` made was never assigned: were it too much, nobody would hear of it before the commit.
    if (loaded.migrated) this.#account().check()
    return loaded
  }

  #assertAlive(path: string): void {
    if (!this.#destroyed) return
    throw new SessionError(
      'ERR_SESSION_DESTROYED',
      `${path} was used after session.destroy(), which ends the session for this request. To go on with an empty one, call session.reset() instead.`,
    )
  }

  #giveUpClaims(): void {
    if (this.#host.endClaims === undefined) return
    const { claimsToEnd } = this
    if (claimsToEnd.length > 0) (this.#claimsGivenUp ??= []).push(...claimsToEnd)
  }

  #clear(): void {
    this.#data = nullObject()
    this.#texts = undefined
    this.#changedTexts = undefined
    this.#expiresAt = undefined
    this.#ledger = undefined
    this.#flash = undefined
    this.#storedFlash = undefined
    this.#claimed = false
    this.#additions = undefined
  }

  #account(): Ledger {
    this.#ledger ??= new Ledger(this.#source.budget, this.#data, this.#texts?.())
    return this.#ledger
  }

  #note(key: string, bytes: number, path: string): void {
    const ledger = this.#account()
    const before = ledger.valueBytes(key)
    ledger.note(key, bytes)
    try {
      refuseLargeValue(bytes, path, this.#host.rules)
    } catch (error) {
      ledger.note(key, before)
      throw error
    }
  }

  #newFlash(): FlashState {
    return new FlashState({
      stored: () => this.#openFlash(),
      copy: (value, path) => {
        const copy = this.copy(value, path)
        refuseLargeValue(this.#source.budget.jsonBytes(copy), path, this.#host.rules)
        return copy
      },
      assertWritable: (path) => this.assertWritable(path),
      isWritable: () => this.isWritable,
      store: (entries) => this.#storeFlash(entries),
    })
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

  #openFlash(): JsonObject | undefined {
    this.#open()
    const stored = this.#data[FLASH_KEY]
    return isJsonObject(stored) ? stored : undefined
  }

  #storeFlash(entries: JsonObject | undefined): void {
    if (entries === undefined) {
      this.#account().note(FLASH_KEY, undefined)
      delete this.#data[FLASH_KEY]
      this.#ownTexts()?.delete(FLASH_KEY)
    } else {
      this.#account().note(FLASH_KEY, this.#source.budget.jsonBytes(entries, FLASH_KEY))
      this.#data[FLASH_KEY] = entries
      // Looking takes the flash out, and keeping all of it puts back what came.
      const isKept = this.#sourceTexts !== undefined && flashText(this.#data) === this.#storedFlash
      if (isKept) this.#ownTexts()?.set(FLASH_KEY, this.#sourceTexts?.().get(FLASH_KEY))
      else this.#forgetText(FLASH_KEY)
    }
  }
}

const NO_CLAIMS: readonly JsonObject[] = []

function flashText(data: JsonObject): string | undefined {
  return data[FLASH_KEY] === undefined ? undefined : JSON.stringify(data[FLASH_KEY])
}
