import { SessionError, tellLine } from '../errors.ts'

/** Why nothing can be written any more, or at all. */
export type Lock = 'sent' | 'readonly'

/** The error for a write to a session that is locked. `onSent` hears of one that came too late. */
export function lockedError(lock: Lock, path: string, onSent: (line: string | undefined) => void): SessionError {
  if (lock === 'readonly') {
    return new SessionError(
      'ERR_SESSION_READONLY',
      `${path} was written, but this session was opened for reading only. Do this where the response is still to come: in a request handler, or in Next.js in a server action or a route handler.`,
    )
  }
  return tellLine(
    new SessionError(
      'ERR_SESSION_SENT',
      `${path} was written after the response headers had left, so no cookie can carry it. Write to the session before the first byte of the response.`,
    ),
    onSent,
  )
}

/** The error for any use of a session that `destroy()` ended. */
export function destroyedError(path: string): SessionError {
  return new SessionError(
    'ERR_SESSION_DESTROYED',
    `${path} was used after session.destroy(), which ends the session for this request. To go on with an empty one, call session.reset() instead.`,
  )
}
