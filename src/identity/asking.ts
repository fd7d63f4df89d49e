import { SessionError } from '../errors.ts'
import { reducedError } from '../reduced-error.ts'
import { MOST_QUESTIONS } from '../stores/store.ts'
import type { IdentityEvent } from './events.ts'

/**
 * Asks the server-side record. When it does not answer, nobody is signed in and nobody is signed out: that is an error of its
 * own, `ERR_STORE_UNAVAILABLE` with what went wrong as its cause, without values, and the cookie stays as it is.
 */
export interface Asking {
  /** For what changes nothing. */
  read<Answer>(ask: () => Promise<Answer>): Promise<Answer>
  /** For what changes something: of a change that failed nobody knows whether it was made. */
  change<Answer>(ask: () => Promise<Answer>): Promise<Answer>
}

export function createAsking(emit: (event: IdentityEvent) => void): Asking {
  let open = 0
  const unavailable = (what: string, cause?: Error): SessionError => {
    emit({ type: 'store-unavailable' })
    return new SessionError(
      'ERR_STORE_UNAVAILABLE',
      `The record of user sessions ${what} Answer 503, and the visitor may try again.`,
      { kind: 'system', cause },
    )
  }
  const asked = async <Answer>(ask: () => Promise<Answer>, effect: string): Promise<Answer> => {
    if (open >= MOST_QUESTIONS) {
      throw unavailable(`was not asked: ${open} questions are waiting for its answer. Nothing was changed.`)
    }
    open++
    try {
      return await ask()
    } catch (error) {
      if (error instanceof SessionError) throw error
      throw unavailable(`did not answer. ${effect}`, reducedError(error))
    } finally {
      open--
    }
  }
  return {
    read: (ask) => asked(ask, 'Nobody knows whether this session still counts; nothing was changed.'),
    change: (ask) => asked(ask, 'Whether the change was made is not known; it may be asked for again.'),
  }
}
