import { SessionError } from '../errors.ts'
import { applyChange } from './apply-change.ts'
import type { SessionChange, SessionStore, StoredSession } from './store.ts'

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
 * These stores read and write whole sessions and have no "only if it is still there". So of the rules of `SessionStore` two are
 * not kept: of two parallel requests the last to finish wins, with all of its session, additions included; and a request that
 * was on its way when a session ended may bring it back, if it writes in the few milliseconds between its own reading and
 * writing. Everything else is as with any store. Where that matters, `redisStore`, `postgresStore` and `sqliteStore` keep both.
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

/** A session as these stores see it: they read the end from `cookie`, and keep the rest as JSON. */
interface Kept {
  readonly cookie: { readonly originalMaxAge: number; readonly expires: string }
  readonly created: number
  readonly slid: number
  readonly expiresAt: number
  /** Pairs, because as keys of an object some names would be lost. */
  readonly entries: readonly (readonly [name: string, text: string])[]
}

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
    const kept = await this.#get(id)
    if (!isKept(kept)) return undefined
    const { created, slid, expiresAt, entries } = kept
    return { created, slid, expiresAt, entries: new Map(entries) }
  }

  async insert(id: string, session: StoredSession, now: number): Promise<boolean> {
    if (await this.#findAlive(id, now)) return false
    await this.#set(id, session, now)
    return true
  }

  async update(id: string, change: SessionChange, now: number): Promise<boolean> {
    const session = await this.#findAlive(id, now)
    if (session === undefined) return false
    const { created = session.created, slid, expiresAt, newId } = change
    const entries = applyChange(session.entries, change)
    await this.#set(newId ?? id, { created, slid, expiresAt, entries }, now)
    if (newId !== undefined) await this.delete(id)
    return true
  }

  delete(id: string): Promise<void> {
    return settled((callback) => this.#store.destroy(id, callback))
  }

  async #findAlive(id: string, now: number): Promise<StoredSession | undefined> {
    const session = await this.find(id)
    return session !== undefined && session.expiresAt > now ? session : undefined
  }

  #get(id: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const callback = (error: unknown, session?: unknown): void => {
        // Stores that keep files say so when there is none.
        if (error === null || error === undefined || isMissingFile(error)) resolve(session)
        else reject(asError(error))
      }
      hear(this.#store.get(id, callback), reject)
    })
  }

  #set(id: string, { created, slid, expiresAt, entries }: StoredSession, now: number): Promise<void> {
    const milliseconds = Math.max(1, expiresAt - now) * 1000
    const cookie = { originalMaxAge: milliseconds, expires: new Date(Date.now() + milliseconds).toISOString() }
    const kept: Kept = { cookie, created, slid, expiresAt, entries: [...entries] }
    // as: each store types a session as express-session does, with a cookie that has methods; none calls them
    return settled((callback) => this.#store.set(id, kept as never, callback))
  }
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

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
