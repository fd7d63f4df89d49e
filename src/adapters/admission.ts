import { isError, RETRY_AFTER_SECONDS, type RefusedReason, type SessionError } from '../errors.ts'
import type { Identity, SignedOutBecause, UserId } from '../identity/index.ts'

/** Why a request is not let in. `status` is the answer's. */
export interface Denial {
  /** 401: nobody is signed in. 403: `allow` said no. 503: the record could not be asked; nobody was signed out. */
  readonly status: 401 | 403 | 503
  readonly error: 'signed-out' | 'not-allowed' | 'unavailable'
  /** For logs; and for a sentence on a sign-in page, as everybody who gets it had the seal. */
  readonly reason?: RefusedReason | undefined
  readonly because?: SignedOutBecause | undefined
}

/** How to answer whom `requireUser` does not let in, where nothing of the application's own does. */
export interface DenialOptions {
  /** Where to send whoever is not signed in, with 303. Default: 401 with `{"error":"signed-out"}`. */
  readonly signInPath?: string | undefined
}

/** An answer in the words of HTTP. */
export interface DenialResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The user of the request's session, or why it is not let in. */
export async function admit<User>(
  identity: Identity<UserId, User>,
  request: object,
): Promise<{ readonly user: User } | { readonly denial: Denial }> {
  try {
    const status = await identity.status(identity.sessions.of(request))
    if (status.state === 'signed-in') return { user: status.user }
    if (status.state === 'not-allowed') return { denial: { status: 403, error: 'not-allowed' } }
    return { denial: { status: 401, error: 'signed-out', reason: status.reason, because: status.because } }
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return { denial: UNAVAILABLE }
  }
}

/** Whether a store or a registry did not answer, which is nobody's fault. */
export function isUnavailable(error: unknown): error is SessionError {
  // By its code, as everybody should: the sessions may come from another copy of this package.
  return isError(error) && 'code' in error && error.code === 'ERR_STORE_UNAVAILABLE'
}

export const UNAVAILABLE: Denial = { status: 503, error: 'unavailable' }

/** The answer to a denial: the same whatever the reason was. */
export function denialResponse({ status, error }: Denial, { signInPath }: DenialOptions = {}): DenialResponse {
  if (status === 401 && signInPath !== undefined) return { status: 303, headers: { Location: signInPath }, body: '' }
  const headers: Record<string, string> = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  if (status === 503) headers['Retry-After'] = String(RETRY_AFTER_SECONDS)
  return { status, headers, body: JSON.stringify({ error }) }
}
