import type { SessionRecord } from './host.ts'

/**
 * What has happened to a session in this request, the strongest first at the end: `untouched` (not even opened), `read`,
 * `touched`, `changed`, `renewed` (new id), `destroyed`.
 */
export type SessionStatus = 'untouched' | 'read' | 'touched' | 'changed' | 'renewed' | 'destroyed'

/** What a commit has to do. */
export type Outcome =
  | { readonly verb: 'nothing' }
  | { readonly verb: 'write'; readonly record: SessionRecord; readonly because: WriteCause }
  | { readonly verb: 'expire' }

/** `reset`: it is written, and it ends the session that the request brought. */
export type WriteCause = 'changed' | 'reset' | 'renewed' | 'touched' | 'slide' | 'resealed'

/** Why nothing can be written any more, or at all. */
export type Lock = 'sent' | 'readonly'
