/**
 * Where user sessions are recorded: one record for each device that somebody signed in on, and two kinds of counters. This is
 * what `coatcheck/identity/sqlite` and `coatcheck/identity/postgres` implement, and all that another database has to.
 *
 * Three rules keep an ended session ended, whatever happens at the same time:
 *
 * 1. `insert` alone makes records. Every other verb changes what is there and not ended, in one conditional statement, and
 *    says whether it did. None brings a record back.
 * 2. Counters (epochs) only ever go up, each step by one atomic statement. A record carries the epochs that were current when
 *    it was made; as soon as either is another one, it is dead. So revoking a user costs one statement, however many records
 *    there are, and catches those that are being inserted at that very moment.
 * 3. `find` reads the record and both epochs in one statement, so that they belong to one moment.
 *
 * Times are milliseconds since 1970, by the clock of whoever calls. User ids are text, compared byte by byte, never empty.
 * A verb that cannot reach the database rejects; nobody takes that for an answer.
 */
export interface UserSessionRegistry {
  /** Makes the tables and indexes that are missing. May run in several processes at once, and any number of times. */
  migrate(): Promise<void>
  /** The SQL that `migrate` runs, for whoever would rather apply it by hand. */
  readonly schema: string

  /** The epochs that are current now. */
  epochs(userId: string): Promise<Epochs>

  /**
   * Makes a record, in one transaction with what belongs to it: it fails when `expected` is not current any more; it ends the
   * record `replaces`, as `end` would; and it ends as many of the user's oldest records as are beyond `maximum`.
   */
  insert(record: NewUserSession, options: InsertOptions): Promise<Inserted>

  /** What a check needs of the record with that handle, ended or not, and the epochs that are current now. */
  find(id: string): Promise<FoundUserSession | undefined>

  /** Notes that the session was used, unless that was noted after `notSince` already. */
  touch(id: string, seen: { lastSeenAt: number; idleExpiresAt: number; notSince: number }): Promise<boolean>

  /** Gives a record that is alive another secret and new times, if it still has the secret with `secretHash`. */
  renew(id: string, secretHash: Uint8Array, renewal: Renewal): Promise<boolean>

  /** The user's records that are alive, the last seen first; of several that were seen at once by their handles. */
  list(userId: string, now: number, page?: ListPage): Promise<readonly UserSessionRecord[]>

  /**
   * Ends one record; with `userId` only if it is that user's, with `secretHash` only if it still has that secret. Says whether it
   * did: `false`, having done nothing, for a record that is unknown, another's, renewed since, ended or revoked.
   */
  end(id: string, ending: Ending & Partial<Proof>): Promise<boolean>

  /**
   * Ends all of the user's records but `keep`, those included that are being inserted right now: the user's epoch goes up, and
   * `keep` with it. Gives the number of records that were alive, or `undefined`, having done nothing, if `keep` is not alive, is
   * another user's or has another secret by now.
   */
  endOthers(userId: string, keep: Proven, ending: Ending): Promise<number | undefined>

  /** Ends every record of the user's, now and under way. */
  raiseUserEpoch(userId: string): Promise<void>
  /** Ends every record of everybody, now and under way. */
  raiseEveryoneEpoch(): Promise<void>

  /** Deletes up to `limit` records that ended or expired before `before`, and says how many. */
  sweep(options: { readonly before: number; readonly limit: number }): Promise<number>
}

/** A part of a list. */
export interface ListPage {
  /** At most so many. Default: all. */
  readonly limit?: number | undefined
  /** The last one of the part before. */
  readonly after?: Pick<UserSessionRecord, 'id' | 'lastSeenAt'> | undefined
}

/** Two counters: revoking a user raises the one, revoking everyone the other. */
export interface Epochs {
  readonly user: number
  readonly everyone: number
}

/** One device that somebody signed in on. */
export interface UserSessionRecord {
  /** The public handle. */
  readonly id: string
  readonly userId: string
  readonly createdAt: number
  /** When its owner last proved who they are. */
  readonly authenticatedAt: number
  readonly lastSeenAt: number
  readonly idleExpiresAt: number
  readonly absoluteExpiresAt: number
  readonly ipPrefix: string | null
  readonly userAgent: string | null
  readonly label: string | null
  readonly method: string | null
}

export interface NewUserSession extends UserSessionRecord {
  /** SHA-256 of the secret, 32 bytes. */
  readonly secretHash: Uint8Array
}

/** What a check needs of a record, and no more: each request of somebody who is signed in reads it. */
export interface FoundUserSession {
  readonly userId: string
  readonly authenticatedAt: number
  readonly lastSeenAt: number
  readonly idleExpiresAt: number
  readonly absoluteExpiresAt: number
  /** SHA-256 of the secret, 32 bytes. */
  readonly secretHash: Uint8Array
  /** The epochs that it was made under. */
  readonly epochs: Epochs
  readonly current: Epochs
  readonly endedAt: number | null
  readonly endedBecause: EndedBecause | null
}

/** Why a record ended: `replaced` by a new sign-in in the same browser, `limit` by one on another device. */
export type EndedBecause = 'sign-out' | 'revoked' | 'others' | 'replaced' | 'limit' | 'idle' | 'absolute'

export interface Ending {
  readonly at: number
  readonly because: EndedBecause
}

/** What whoever ends a record by a cookie has to know of it: an old copy of the cookie has an old secret. */
export interface Proof {
  readonly userId: string | undefined
  /** SHA-256 of the secret, 32 bytes. */
  readonly secretHash: Uint8Array | undefined
}

/** A record, by its handle and the hash of its secret. */
export interface Proven {
  readonly id: string
  readonly secretHash: Uint8Array
}

export interface InsertOptions {
  readonly expected?: Epochs | undefined
  /** The record of whoever was signed in before in the same browser. */
  readonly replaces?: (Proven & { readonly userId: string }) | undefined
  /** How many records of the user's may be alive, this one included. */
  readonly maximum: number
}

export type Inserted =
  | {
      readonly ok: true
      readonly epochs: Epochs
      /** The handles of records that ended because of it. */
      readonly ended: readonly { readonly id: string; readonly because: EndedBecause }[]
    }
  | { readonly ok: false }

export interface Renewal {
  readonly secretHash: Uint8Array
  readonly authenticatedAt: number
  readonly idleExpiresAt: number
  readonly absoluteExpiresAt: number
  readonly method: string | null
}
