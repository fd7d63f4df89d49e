import type { Session } from './session/session.ts'
import type { AnyData } from './sessions.ts'

/**
 * Where an application says once what its sessions hold, so that `req.session` is typed everywhere:
 *
 * ```ts
 * declare module 'coatcheck' {
 *   interface Register { session: BillingSession }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-empty-interface typescript/no-empty-object-type -- applications add to it
export interface Register {}

/** The session that `Register` describes, or one that holds any JSON. */
export type RegisteredSession = Session<Register extends { session: infer Data extends object } ? Data : AnyData>
