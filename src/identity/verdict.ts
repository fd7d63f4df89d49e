import type { RefusedReason } from '../errors.ts'
import type { UserSessionClaims } from './claims.ts'
import type { EndedBecause, FoundUserSession } from './registry.ts'
import { isSecret } from './secret.ts'

/** Why a session that was signed in is not any more: how its record ended, or which epoch went up, or `renewed`: it has a newer secret. */
export type SignedOutBecause = EndedBecause | 'user' | 'everyone' | 'renewed'

export type RecordVerdict =
  | { readonly state: 'valid'; readonly record: FoundUserSession }
  | { readonly state: 'refused'; readonly reason: RefusedReason; readonly because?: SignedOutBecause }

/**
 * What a record says of a session's claims at `now`, in milliseconds since 1970. The secret comes first: whoever does not
 * have it learns nothing about the record.
 */
export function judge(claims: UserSessionClaims, record: FoundUserSession | undefined, now: number): RecordVerdict {
  if (record === undefined) return { state: 'refused', reason: 'not-found' }
  const { epochs, current } = record
  if (!isSecret(claims.secret, record.secretHash)) return refused('renewed')
  if (String(claims.uid) !== record.userId) return { state: 'refused', reason: 'not-found' }
  if (record.endedBecause === 'idle') return { state: 'refused', reason: 'expired-idle', because: 'idle' }
  if (record.endedBecause === 'absolute') return { state: 'refused', reason: 'expired-absolute', because: 'absolute' }
  if (record.endedAt !== null) return refused(record.endedBecause ?? 'revoked')
  if (epochs.user !== current.user) return refused('user')
  if (epochs.everyone !== current.everyone) return refused('everyone')
  if (now >= record.absoluteExpiresAt) return { state: 'refused', reason: 'expired-absolute', because: 'absolute' }
  if (now >= record.idleExpiresAt) return { state: 'refused', reason: 'expired-idle', because: 'idle' }
  return { state: 'valid', record }
}

function refused(because: SignedOutBecause): RecordVerdict {
  return { state: 'refused', reason: 'revoked', because }
}
