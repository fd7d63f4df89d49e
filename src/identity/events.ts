import type { UserId } from './claims.ts'
import type { SignedOutBecause } from './verdict.ts'

/**
 * What happens to user sessions, in the words of the OWASP logging vocabulary where it has one. `userSession` is the public
 * handle; no event holds a secret.
 *
 * | type | when |
 * |---|---|
 * | `session_created` | somebody signed in |
 * | `session_renewed` | somebody proved again who they are, and the secret was changed |
 * | `session_expired` | one user session ended; `because` says how |
 * | `session_use_after_expire` | a cookie of a user session that has ended was used |
 * | `revoked` | all sessions of a user, all others of one, or everyone's were ended |
 * | `not-allowed` | `allow` said no to somebody who is signed in |
 * | `store-unavailable` | the registry did not answer, so nobody knows who is signed in |
 */
export type IdentityEvent =
  | {
      readonly type: 'session_created' | 'session_renewed'
      readonly userId: UserId
      readonly userSession?: string | undefined
      readonly method?: string | undefined
    }
  | {
      readonly type: 'session_expired' | 'session_use_after_expire'
      readonly userId: UserId
      readonly userSession?: string | undefined
      readonly because: SignedOutBecause
    }
  | {
      readonly type: 'revoked'
      readonly scope: 'user' | 'others' | 'everyone'
      readonly userId?: UserId | undefined
    }
  | { readonly type: 'not-allowed'; readonly userId: UserId }
  | { readonly type: 'store-unavailable' }
