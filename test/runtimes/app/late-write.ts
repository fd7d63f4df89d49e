import { SessionError, type Session } from 'coatcheck'
import type { Data } from './routes.ts'

/** Reads a session, then writes to it: what the read gave, and the code that the write threw. */
export function lateWrite(session: Session<Data>): string {
  const { visits } = session
  try {
    session.visits = 4
    return `visits ${visits}, written`
  } catch (error) {
    if (error instanceof SessionError) return `visits ${visits}, ${error.code}`
    throw error
  }
}
