import { isError, SessionError } from '../errors.ts'
import { applyChange } from './apply-change.ts'
import type { SessionChange, SessionStore, StoredSession } from './store.ts'
import { timeLeft } from './time-left.ts'

/** What we use of a store of `express-session`. */
export interface ExpressSessionStore {
  get(id: string, callback: (error: unknown, session?: unknown) => void): unknown
  set(id: string, session: never, callback: (error?: unknown) => void): unknown
  destroy(id: string, callback: (error?: unknown) => void): unknown
}

export interface ExpressStoreOptions {
  /** What messages call it. Default `express-session`. */
  readonly name?: string | undefined
  /** The most bytes of JSON that one session may take. Default 65,536. */
  readonly maxBytes?: number | undefined
}

/**
 * Any store of `express-session` (connect-redis, connect-pg-simple, connect-mongo and some fifty others) as a session store.
 *
 * These stores read and write whole sessions and have no "only if it is still there". What ends therefore leaves a note under a
 * second id, which no write of a session touches and which counts more than any session: a request that was on its way when a
 * session ended, or got a new id, cannot bring it back. That is one more read with each `find` and each write. A note lives a
 * day longer than its session would have, from its last write: no request may take longer than that day.
 *
 * One rule of `SessionStore` is not kept: of two parallel requests the last to finish wins, with all of its session, additions
 * and new ids included. Where that matters, `redisStore`, `postgresStore` and `sqliteStore` keep it.
 *
 * @throws `ERR_OPTIONS`
 */
export function expressStore(
  store: ExpressSessionStore,
  { name = 'express-session', maxBytes }: ExpressStoreOptions = {},
): SessionStore {
  const missing = (['get', 'set', 'destroy'] as const).filter((verb) => typeof store?.[verb] !== 'function')
  if (missing.length > 0) {
    throw new SessionError(
      'ERR_OPTIONS',
      `expressStore takes a store of express-session, expected an object with ${missing.join(', ')}.`,
    )
  }
  return new ExpressStore(store, name, maxBytes)
}

/** What these stores read from whatever they keep: when it may go. Some look at the end, some at the milliseconds. */
interface Cookie {
  readonly originalMaxAge: number
  readonly maxAge: number
  readonly expires: string
}

/** A session as these stores see it: JSON. */
interface Kept {
  readonly created: number
  readonly slid: number
  readonly expiresAt: number
  /** Pairs, because as keys of an object some names would be lost. */
  readonly entries: readonly (readonly [name: string, text: string])[]
}

/** Under `noteOf(id)`: that session has ended, whatever is found under its own id. */
const ENDED = { ended: true }

/** No request takes so long, from its first reading to its last write. */
const LONGEST_REQUEST_SECONDS = 86_400

class ExpressStore implements SessionStore {
  readonly name: string
  readonly maxBytes: number | undefined
  readonly #store: ExpressSessionStore

  constructor(store: ExpressSessionStore, name: string, maxBytes: number | undefined) {
    this.#store = store
    this.name = name
    this.maxBytes = maxBytes
  }

  async find(id: string): Promise<StoredSession | undefined> {
    const [session, hasEnded] = await Promise.all([this.#read(id), this.#hasEnded(id)])
    return hasEnded ? undefined : session
  }

  async insert(id: string, session: StoredSession, now: number, patience?: number): Promise<boolean> {
    const left = timeLeft(patience)
    const [there, hasEnded] = await Promise.all([this.#read(id), this.#hasEnded(id)])
    if (hasEnded || isAlive(there, now)) return false
    left()
    await this.#write(id, session, now)
    return true
  }

  async update(id: string, change: SessionChange, now: number, patience?: number): Promise<boolean> {
    const left = timeLeft(patience)
    const session = await this.#read(id)
    if (!isAlive(session, now)) return false
    const { created = session.created, slid, expiresAt, newId = id } = change
    left()
    await this.#write(newId, { created, slid, expiresAt, entries: applyChange(session.entries, change) }, now)
    // Whoever ends a session leaves the note first, so that one of the two sees the other.
    if (await this.#hasEnded(id)) {
      await this.#destroy(newId)
      return false
    }
    if (newId !== id) await this.#end(id, session)
    return true
  }

  async delete(id: string): Promise<void> {
    const session = await this.#read(id)
    // One note is enough, and the first one knew how long it has to stay.
    if (session === undefined && (await this.#hasEnded(id))) return
    await this.#end(id, session)
  }

  async #end(id: string, session: StoredSession | undefined): Promise<void> {
    const wouldLive = session === undefined ? 0 : session.expiresAt - session.slid
    await this.#set(noteOf(id), ENDED, wouldLive + LONGEST_REQUEST_SECONDS)
    await this.#destroy(id)
  }

  async #hasEnded(id: string): Promise<boolean> {
    const note = await this.#get(noteOf(id))
    return typeof note === 'object' && note !== null && 'ended' in note
  }

  async #read(id: string): Promise<StoredSession | undefined> {
    const kept = await this.#get(id)
    if (!isKept(kept)) return undefined
    const { created, slid, expiresAt, entries } = kept
    return { created, slid, expiresAt, entries: new Map(entries) }
  }

  #write(id: string, { created, slid, expiresAt, entries }: StoredSession, now: number): Promise<void> {
    const kept: Kept = { created, slid, expiresAt, entries: [...entries] }
    return this.#set(id, kept, Math.max(1, expiresAt - now))
  }

  #get(id: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const callback = (error: unknown, session?: unknown): void => {
        if (error === null || error === undefined || isMissingFile(error)) resolve(session)
        else reject(asError(error))
      }
      hear(this.#store.get(id, callback), reject)
    })
  }

  #set(id: string, kept: object, seconds: number): Promise<void> {
    const milliseconds = seconds * 1000
    const expires = new Date(Date.now() + milliseconds).toISOString()
    const cookie: Cookie = { originalMaxAge: milliseconds, maxAge: milliseconds, expires }
    // as: each store types a session as express-session does, with a cookie that has methods; none calls them
    return settled((callback) => this.#store.set(id, { cookie, ...kept } as never, callback))
  }

  async #destroy(id: string): Promise<void> {
    try {
      await settled((callback) => this.#store.destroy(id, callback))
    } catch (error) {
      if (!isMissingFile(error)) throw error
    }
  }
}

/** Where it is noted that a session has ended: no session has such an id. */
function noteOf(id: string): string {
  return `${id}.ended`
}

function isAlive(session: StoredSession | undefined, now: number): session is StoredSession {
  return session !== undefined && session.expiresAt > now
}

function settled(ask: (callback: (error?: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const callback = (error?: unknown): void => {
      if (error === null || error === undefined) resolve()
      else reject(asError(error))
    }
    hear(ask(callback), reject)
  })
}

/** Some stores give a promise beside the callback, and reject it without calling back. */
function hear(answer: unknown, reject: (error: Error) => void): void {
  if (answer instanceof Promise) answer.catch((error: unknown) => reject(asError(error)))
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false
  const { created, slid, expiresAt, entries } = value as Partial<Kept> // as: to look at it
  return [created, slid, expiresAt].every(Number.isSafeInteger) && Array.isArray(entries)
}

/** Stores that keep files say so when there is none. */
function isMissingFile(error: unknown): boolean {
  return isError(error) && 'code' in error && error.code === 'ENOENT'
}

function asError(error: unknown): Error {
  return isError(error) ? error : new Error(String(error))
}
