import type { Candidate } from '../cookies/candidates.ts'
import type { RefusedReason } from '../errors.ts'
import type { Loaded, SessionRecord } from '../session/host.ts'
import type { Budget } from '../session/ledger.ts'
import type { Lifetime } from '../session/lifetime.ts'
import type { Outcome } from '../session/outcome.ts'
import type { SessionState } from '../session/state.ts'
import type { AskingStore } from './asking-store.ts'
import type { Ticket } from './ticket.ts'

/** What `createSessions` takes as `store` where that is more than one store: `cookieStore()` and `migrate({ … })`. */
export interface PersistenceSource {
  connect(host: PersistenceHost): Persistence
}

/** Where the sessions of an application are between its requests. */
export interface Persistence {
  /** Whether a session has to be fetched before a handler can use it. */
  readonly fetches: boolean
  /** One request, with that Cookie header. */
  visit(cookieHeader: string | undefined): Visit
}

/** The session of one request, from where it is kept and back. */
export interface Visit {
  /** What has to be waited for before the session can be loaded, or `undefined`. Rejects with `ERR_STORE_UNAVAILABLE`. */
  fetch(): Promise<void> | undefined
  /** What the request's cookie turned out to stand for. @throws `ERR_OPTIONS` before `fetch` is through */
  load(): Loaded
  /** What the session may weigh. To be asked for after `fetch`. */
  readonly budget: Budget
  /** Keeps what became of the session, and says what has to happen to the cookie. Rejects with `ERR_STORE_UNAVAILABLE`. */
  commit(state: SessionState): Outcome | Promise<Outcome>
}

/** What the request's cookies hold. */
export type OpenedCookie = Loaded & {
  /** The text of the cookie that counts. */
  readonly text?: string | undefined
  /** Of one that is not ours: how its session moves into a store. */
  readonly moveIn?: MoveIn | undefined
  /** Other cookies that opened. Where none counts (`duplicate`), one of them may be the only one that a store still knows. */
  readonly others?: readonly Candidate[] | undefined
}

/**
 * Moves a session in that lived in the cookie until now, and gives its ticket; `undefined` for an older copy of one that moved.
 *
 * @param text of the cookie
 */
export type MoveIn = (
  record: SessionRecord,
  text: string,
  store: AskingStore,
  host: PersistenceHost,
) => Promise<Ticket | undefined>

/** What every way to keep sessions gets from the sessions that it keeps. */
export interface PersistenceHost {
  /** Whole seconds since 1970. */
  readonly now: () => number
  readonly lifetime: Lifetime
  readonly cookieBudget: Budget
  /** How long a store may take for one answer. */
  readonly storeTimeoutSeconds: number
  /** The session that the cookies hold, timeouts looked at and events told. */
  readonly openCookie: (cookieHeader: string | undefined) => OpenedCookie
  /** The operator hears of it where a previous secret opened the cookie; whether it did. */
  readonly noteSecret: (candidate: Candidate) => boolean
  /** The same session after the schema has seen its data. */
  readonly validate: (record: SessionRecord, stale: boolean) => Loaded
  /** No session, and the operator hears why. */
  readonly refuse: (reason: RefusedReason) => Loaded
  readonly emit: (event: PersistenceEvent) => void
}

/**
 * What happens between sessions and their store.
 *
 * | type | when |
 * |---|---|
 * | `store-unavailable` | the store did not answer in time, or failed |
 * | `late-write` | a request wrote to a session that had been ended or renewed since it was read; nothing was written |
 */
export type PersistenceEvent =
  | { readonly type: 'store-unavailable' | 'late-write' }
  | { readonly type: 'overflow'; readonly bytes: number }
