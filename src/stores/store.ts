/**
 * Where sessions live that have outgrown the cookie. The cookie then carries a sealed random id of 256 bits and nothing else;
 * the store keeps the session under a hash of that id, so whoever reads the store can sign in as nobody.
 *
 * This is what `coatcheck/redis`, `coatcheck/postgres`, `coatcheck/sqlite` and `coatcheck/memory` implement, and all that
 * another database has to. A store is dumb: it knows no session, no cookie and no clock. Four rules make it one that loses
 * nothing and brings nothing back:
 *
 * 1. **`insert` alone makes sessions.** `update` changes one that is there and has not expired, or does nothing and says so.
 *    There is no upsert: a session that ended while a request was on its way stays ended, whatever that request writes.
 * 2. **`update` is one atomic step.** It sets, removes and adds to the entries that it names and leaves every other one alone,
 *    so that parallel requests that write different entries both win. Of two that set the same entry the later wins; additions
 *    to the same entry all count.
 * 3. **What was acknowledged is there.** A promise is fulfilled when every process that asks from then on sees the change. What
 *    a crash may take is up to the database; say which setting decides it.
 * 4. **No answer is an error.** A verb that cannot reach the database rejects. "There is none" is an answer: `undefined` from
 *    `find`, `false` from `insert` and `update`.
 *
 * `patience` of a verb is for how many milliseconds whoever asks waits. What could not be begun by then (it waited for a lock, or
 * for a free connection) must not be begun any more: whoever asked has been told that it failed. A store that begins at once has
 * no use for it.
 *
 * Ids are text of ASCII letters, digits, `-`, `_` and `.`, at most 64 characters. Times are whole seconds since 1970 by the
 * clock of whoever calls, which may not be the database's own: `now` is given with every change. `coatcheck/testing` has the
 * tests that every store has to pass.
 */
export interface SessionStore {
  /** One word for messages and the inspector: `redis`. */
  readonly name: string
  /** The most bytes of JSON that one session may take. Default 65,536. */
  readonly maxBytes?: number | undefined

  /** The session with that id, or `undefined`. It may be one that expired: whoever asks looks at the times. */
  find(id: string, patience?: number): Promise<StoredSession | undefined>

  /** Keeps a new session. `false`, with nothing changed, where there is one with that id that has not expired. */
  insert(id: string, session: StoredSession, now: number, patience?: number): Promise<boolean>

  /** Changes a session that is there and has not expired. `false`, with nothing changed, where there is none. */
  update(id: string, change: SessionChange, now: number, patience?: number): Promise<boolean>

  /** Ends a session. Nobody minds if there is none. */
  delete(id: string, patience?: number): Promise<void>

  /**
   * Deletes up to `limit` sessions that had expired by `now` and says how many. A store whose database removes them by itself
   * leaves this out.
   */
  sweep?(options: SweepOptions): Promise<number>
}

/** A session at rest. */
export interface StoredSession {
  /** When it began: the absolute timeout counts from here. */
  readonly created: number
  /** When it was last written: the idle timeout counts from here. */
  readonly slid: number
  /** From when on it counts no more, and may be removed. */
  readonly expiresAt: number
  /** The JSON text of each entry, by name. To be kept byte for byte. Names are text without control characters, `""` included. */
  readonly entries: ReadonlyMap<string, string>
}

/** What one request changed. No entry is named twice. */
export interface SessionChange {
  /** Entries that have a new value. */
  readonly set: ReadonlyMap<string, string>
  /** Entries that are gone. */
  readonly remove: readonly string[]
  /**
   * Whole numbers to be added to entries. An entry that is missing, or is no whole number of at most 15 digits, counts as 0.
   */
  readonly add: ReadonlyMap<string, number>
  /** When the session began, where that starts anew. */
  readonly created?: number | undefined
  readonly slid: number
  readonly expiresAt: number
  /**
   * The id that the session has from now on, in the same atomic step: nothing is found under the old one any more. It begins
   * as the old one does, up to the dot, so that a cluster can keep both in one place.
   */
  readonly newId?: string | undefined
}

/** What of a store to clear away at most. */
export interface SweepOptions {
  /** Whole seconds since 1970. */
  readonly now: number
  readonly limit: number
}

/** What a session may take in a store that does not say. */
export const DEFAULT_MAX_BYTES: number = 65_536

/**
 * So many questions to one store, or one registry of user sessions, may wait for their answer in one process. Whoever comes then is
 * told at once that it is not available.
 */
export const MOST_QUESTIONS: number = 10_000
