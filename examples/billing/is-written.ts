import type { SessionStatus } from 'coatcheck'

const WRITTEN: ReadonlySet<SessionStatus> = new Set(['touched', 'changed', 'renewed'])

/** Whether a session of that status is written when the headers leave. */
export function isWritten(status: SessionStatus): boolean {
  return WRITTEN.has(status)
}
