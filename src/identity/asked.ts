import { SessionError } from '../errors.ts'
import type { VerifierHost } from './verifier.ts'

/**
 * What the server-side record says. When it cannot be asked, nobody is signed in and nobody is signed out: that is an error of
 * its own, and the cookie stays as it is.
 *
 * @throws `ERR_STORE_UNAVAILABLE` with what went wrong as its cause
 */
export async function asked<Answer>(emit: VerifierHost['emit'], ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (cause) {
    if (cause instanceof SessionError) throw cause
    emit({ type: 'store-unavailable' })
    throw new SessionError(
      'ERR_STORE_UNAVAILABLE',
      'The record of user sessions could not be asked, so nobody knows whether this session still counts. Nothing was changed: answer 503, and the visitor may try again.',
      { kind: 'system', cause },
    )
  }
}
