import { SessionError, type RefusedReason } from '../errors.ts'
import { checkKey, pathText, pathTo, type Path } from '../serializers/plain.ts'
import type { JsonObject } from '../serializers/serializer.ts'
import type { RequestMark } from './assigned.ts'
import { Contents, type ContentsHost } from './contents.ts'
import type { FlashState } from './flash.ts'
import { guardedCopy, type GuardRules } from './guard.ts'
import type { Loaded, SessionHost, SessionSource } from './host.ts'
import type { Budget, SessionSize } from './ledger.ts'
import { slideIsDue } from './lifetime.ts'
import { destroyedError, lockedError, type Lock } from './lock.ts'
import type { Outcome, SessionStatus, WriteCause } from './outcome.ts'
import { FORM_TOKEN_KEY, refuseReservedKey } from './reserved-keys.ts'

/** The life of one request's session, as a state machine. Synchronous, without I/O; opens the cookie at the first question. */
export class SessionState implements ContentsHost {
  readonly #host: SessionHost
  readonly #source: SessionSource
  #loaded: Loaded | undefined
  /** Of the session that goes on, once the cookie was opened. */
  #contents: Contents | undefined
  #mark: RequestMark | undefined
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
  #claimed = false
  /** Of the sessions that this request ended, until the commit. */
  #claimsGivenUp: JsonObject[] | undefined

  constructor(host: SessionHost, source: SessionSource) {
    this.#host = host
    this.#source = source
    this.#persistent = host.persistent
  }

  // Reading

  /** The value of a key as handlers may hold it. */
  read(key: string): unknown {
    return this.#open().read(key)
  }

  keys(): string[] {
    return this.#open().keys()
  }

  has(key: string): boolean {
    return this.#open().has(key)
  }

  /** What the identity layer keeps in this session: who is signed in, and the proof. No handler sees it. */
  get claims(): JsonObject | undefined {
    return this.#open().claims
  }

  /** The claims that go when this session ends: its own, or of several sessions none of which counts those of them all. */
  get claimsToEnd(): readonly JsonObject[] {
    const { claims } = this
    if (claims !== undefined) return [claims]
    return (this.#loaded?.record === undefined ? this.#loaded?.rivals : undefined) ?? NO_CLAIMS
  }

  get flash(): FlashState {
    return this.#open().flash
  }

  get id(): string {
    this.#open()
    this.#id ??= this.#newId()
    return this.#id
  }

  get isNew(): boolean {
    return this.#reset || this.#load().record === undefined
  }

  get refused(): RefusedReason | undefined {
    const loaded = this.#load()
    return loaded.record === undefined ? loaded.refused : undefined
  }

  get size(): SessionSize {
    return this.#open().size
  }

  get status(): SessionStatus {
    if (this.#destroyed) return 'destroyed'
    if (this.#contents === undefined) return 'untouched'
    if (this.#renewed) return 'renewed'
    if (this.#reset || this.#contents.isChanged || this.#isMigrated()) return 'changed'
    return this.#touched ? 'touched' : 'read'
  }

  /** Whether the response depends on the Cookie header. */
  get wasOpened(): boolean {
    return this.#loaded !== undefined
  }

  // Writing

  set(key: string, value: unknown): void {
    if (value === undefined) {
      this.delete(key)
      return
    }
    const path = this.#assertKey(key)
    const copy = guardedCopy(value, path, this.#host.rules)
    // Its getters may have ended the session, or sent the response.
    if (typeof copy === 'object') this.assertWritable(path)
    this.#open().put(key, copy, value)
  }

  /** Adds to a whole number, which counts as 0 where there is none, and gives the sum as this request sees it. */
  increment(key: string, by: number): number {
    this.#assertKey(key)
    return this.#open().increment(key, by)
  }

  /** Keeps the claims of whoever signs in. @throws `ERR_COOKIE_OVERFLOW`, `ERR_SESSION_SENT` */
  claim(claims: JsonObject): void {
    this.assertWritable('session.claim()')
    this.#open().claim(claims)
    this.#claimed = true
  }

  /**
   * The server says that this session no longer counts: from here on it is as empty as if its cookie had not opened. Like any
   * refused cookie it is left alone until something is written, and then replaced.
   */
  refuse(reason: RefusedReason): void {
    const next = new Contents(this)
    this.#open().endAs(next)
    this.#begin(next)
    this.#loaded = { record: undefined, refused: reason }
    this.#id = undefined
    this.#reset = false
  }

  delete(key: string): void {
    this.#assertKey(key)
    this.#open().delete(key)
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
    this.#contents?.end()
    this.#begin(new Contents(this))
    this.#id = this.#newId()
    this.#reset = true
  }

  /** Ends this session for good: data and flash are gone, the cookie is expired, every later use throws. */
  destroy(): void {
    this.assertWritable('session.destroy()')
    this.#giveUpClaims()
    this.#contents?.end()
    this.#contents = undefined
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
    if (this.#mark !== undefined) this.#mark.isOver = true
  }

  get isWritable(): boolean {
    return this.#lock === undefined && !this.#destroyed
  }

  assertWritable(path: Path): void {
    if (this.isWritable) return
    const what = pathText(path)
    this.assertAlive(what)
    throw lockedError(this.#lock ?? 'sent', what, this.#host.onSent)
  }

  assertAlive(path: string): void {
    if (this.#destroyed) throw destroyedError(path)
  }

  // What the contents ask

  get rules(): GuardRules {
    return this.#host.rules
  }

  get budget(): Budget {
    return this.#source.budget
  }

  get mark(): RequestMark {
    return (this.#mark ??= { isOver: false })
  }

  // The end of the request

  /** Takes over what was written to objects after they were assigned. @throws what that write would have thrown */
  settle(): void {
    this.#contents?.settle()
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
    const [contents, loaded] = [this.#contents, this.#loaded]
    if (contents === undefined || loaded === undefined) return { verb: 'nothing' }
    const because = this.#writeCause(contents, loaded)
    if (because === undefined) return { verb: this.#endsAnother(loaded) ? 'expire' : 'nothing' }
    const { additions, ...kept } = contents.kept()
    return {
      verb: 'write',
      record: {
        id: this.id,
        created: this.#created,
        slid: this.#host.now(),
        persistent: this.#persistent,
        ...kept,
        expiresAt: this.#expiresAt,
      },
      because,
      origin: loaded.record === undefined ? 'new' : this.#reset ? 'instead' : 'same',
      isTouched: this.#touched,
      isSignIn: this.#claimed,
      additions,
    }
  }

  #writeCause(contents: Contents, loaded: Loaded): WriteCause | undefined {
    if (this.#renewed) return 'renewed'
    if (contents.isChanged) return this.#endsAnother(loaded) ? 'reset' : 'changed'
    if (this.#reset || loaded.record === undefined) return undefined
    if (this.#touched) return 'touched'
    if (this.#isMigrated()) return 'migrated'
    if (loaded.stale) return 'resealed'
    return slideIsDue(loaded.record, this.#host.lifetime, this.#host.now()) ? 'slide' : undefined
  }

  /** Whether `reset()` put this session in the place of one that the request brought. */
  #endsAnother(loaded: Loaded): boolean {
    return this.#reset && (loaded.record !== undefined || loaded.refused === 'duplicate')
  }

  #newId(): string {
    return this.#host.newId(this.#cameAs)
  }

  /** Whether the schema or `migrate` made other data of what came, and it is still there. */
  #isMigrated(): boolean {
    return !this.#reset && this.#loaded?.record !== undefined && this.#loaded.migrated
  }

  /** @throws where the data may not be written under that key, or at all */
  #assertKey(key: string): Path {
    const path = (): string => pathTo('session', key)
    this.assertWritable(path)
    refuseReservedKey(key)
    checkKey(key, path)
    return path
  }

  /** Goes on with a session that holds this, from now on. */
  #begin(contents: Contents): void {
    this.#contents = contents
    this.#created = this.#host.now()
    this.#persistent = this.#host.persistent
    this.#expiresAt = undefined
    this.#renewed = false
    this.#touched = false
    this.#claimed = false
  }

  #open(): Contents {
    this.#load()
    if (this.#contents !== undefined) return this.#contents
    throw new SessionError('ERR_OPTIONS', 'A session that was loaded has contents.')
  }

  #load(): Loaded {
    this.assertAlive('session')
    if (this.#loaded !== undefined) return this.#loaded
    const loaded = this.#source.load()
    this.#loaded = loaded
    if (loaded.record === undefined) {
      this.#created = this.#host.now()
      this.#contents = new Contents(this)
      return loaded
    }
    const { id, created, persistent, expiresAt } = loaded.record
    this.#id = id
    this.#cameAs = id
    this.#created = created
    this.#persistent = persistent
    this.#expiresAt = expiresAt
    this.#contents = new Contents(this, loaded.record)
    // What `migrate` made was never assigned: were it too much, nobody would hear of it before the commit.
    if (loaded.migrated) this.#contents.assertFits()
    return loaded
  }

  #giveUpClaims(): void {
    if (this.#host.endClaims === undefined) return
    const { claimsToEnd } = this
    if (claimsToEnd.length > 0) (this.#claimsGivenUp ??= []).push(...claimsToEnd)
  }
}

const NO_CLAIMS: readonly JsonObject[] = []
