import type { SessionRecord } from './host.ts'

/**
 * What has happened to a session in this request, the strongest first at the end: `untouched` (not even opened), `read`,
 * `touched`, `changed`, `renewed` (new id), `destroyed`.
 */
export type SessionStatus = 'untouched' | 'read' | 'touched' | 'changed' | 'renewed' | 'destroyed'

/** What a commit has to do. */
export type Outcome = { readonly verb: 'nothing' } | Write | { readonly verb: 'expire' }

/** The session is to be kept as it is in `record`. */
export interface Write {
  readonly verb: 'write'
  readonly record: SessionRecord
  readonly because: WriteCause
  /** `same`: the session that the request brought goes on. `new`: it brought none. `instead`: it ended, and this is another one. */
  readonly origin: 'same' | 'new' | 'instead'
  /** Whether `touch()` was called: the cookie leaves, whatever it says. */
  readonly isTouched: boolean
  /** Whether somebody signed in by it in this request, through `coatcheck/identity`. */
  readonly isSignIn: boolean
  /** What `increment` added in all to keys that nothing else wrote. */
  readonly additions: ReadonlyMap<string, number>
}

/**
 * `reset`: it is written, and it ends the session that the request brought. `migrated`: nobody wrote to it, but the schema or
 * `migrate` made other data of what came.
 */
export type WriteCause = 'changed' | 'reset' | 'renewed' | 'touched' | 'slide' | 'resealed' | 'migrated'
