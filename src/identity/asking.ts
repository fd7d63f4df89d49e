import { SessionError } from '../errors.ts'
import type { VerifierHost } from './verifier.ts'

/**
 * Asks the server-side record. When it does not answer, nobody is signed in and nobody is signed out: that is an error of its
 * own, `ERR_STORE_UNAVAILABLE` with what went wrong as its cause, and the cookie stays as it is.
 */
export interface Asking {
  /** For what changes nothing: waits no longer than the identity's `timeout`. */
  read<Answer>(ask: () => Promise<Answer>): Promise<Answer>
  /** For what changes something: waits for the end, because half-way nobody knows whether it was done. */
  change<Answer>(ask: () => Promise<Answer>): Promise<Answer>
}

export function createAsking(emit: VerifierHost['emit'], timeoutMilliseconds: number): Asking {
  const asked = async <Answer>(ask: () => Promise<Answer>, effect: string): Promise<Answer> => {
    try {
      return await ask()
    } catch (cause) {
      if (cause instanceof SessionError) throw cause
      emit({ type: 'store-unavailable' })
      throw new SessionError(
        'ERR_STORE_UNAVAILABLE',
        `The record of user sessions did not answer. ${effect} Answer 503, and the visitor may try again.`,
        { kind: 'system', cause },
      )
    }
  }
  return {
    read: (ask) =>
      asked(
        () => within(timeoutMilliseconds, ask),
        'Nobody knows whether this session still counts; nothing was changed.',
      ),
    change: (ask) => asked(ask, 'Whether the change was made is not known; it may be asked for again.'),
  }
}

async function within<Answer>(milliseconds: number, ask: () => Promise<Answer>): Promise<Answer> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds)
  try {
    return await Promise.race([ask(), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
