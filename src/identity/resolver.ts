import type { RefusedReason } from '../errors.ts'
import type { JsonObject } from '../serializers/serializer.ts'
import type { SessionState } from '../session/state.ts'
import type { Asking } from './asking.ts'
import { ownerOf, type UserId } from './claims.ts'
import { RememberedAnswers } from './remembered.ts'
import type { SignedOutBecause } from './verdict.ts'
import type { Verifier, VerifierHost } from './verifier.ts'

/** What is known of a request's visitor. */
export type IdentityStatus<Id extends UserId, User> =
  | {
      readonly state: 'signed-in'
      readonly user: User
      readonly userId: Id
      /** The public handle of the user session; `undefined` with `userTokens`. */
      readonly userSession: string | undefined
      /** When they last proved who they are, in milliseconds since 1970. */
      readonly authenticatedAt: number
    }
  | {
      readonly state: 'signed-out'
      /** Why a session that came is not accepted; `undefined` for somebody who is just not signed in. */
      readonly reason: RefusedReason | undefined
      readonly because: SignedOutBecause | undefined
    }
  | { readonly state: 'not-allowed'; readonly user: User; readonly userId: Id }

/**
 * From a session to whoever it belongs to: once a request, and anew after five seconds, after the request signed somebody in or
 * out, and after this process revoked the user.
 */
export interface Resolver<Id extends UserId, User> {
  resolve(state: SessionState): Promise<IdentityStatus<Id, User>>
  forget(state: SessionState): void
  /** Has everything asked for again that is known of that user, or of everybody. */
  revoke(userId?: UserId): void
}

export function createResolver<Id extends UserId, User>({
  verifier,
  loadUser,
  allow = () => true,
  now,
  emit,
  asking,
}: {
  readonly verifier: Verifier<Id, User>
  readonly loadUser: ((id: Id) => User | null | undefined | Promise<User | null | undefined>) | undefined
  readonly allow: ((user: User) => boolean | Promise<boolean>) | undefined
  readonly now: VerifierHost['now']
  readonly emit: VerifierHost['emit']
  readonly asking: Asking
}): Resolver<Id, User> {
  /** What is known of a session, and of which claims of it. */
  interface Known {
    claims: JsonObject | undefined
    readonly status: Promise<IdentityStatus<Id, User>>
  }
  const remembered = new RememberedAnswers<SessionState, Known>(now)

  const refuse = (state: SessionState, claims: JsonObject, reason: RefusedReason): void => {
    if (state.status === 'destroyed' || state.claims !== claims) return
    state.refuse(reason)
    // What made it empty is still true of it when it is.
    const known = remembered.get(state, undefined)
    if (known?.claims === claims) known.claims = undefined
  }

  const look = async (state: SessionState, claims: JsonObject | undefined): Promise<IdentityStatus<Id, User>> => {
    if (claims === undefined) return signedOut(state.refused === 'missing' ? undefined : state.refused)
    const verdict = await asking.read(() => verifier.check(claims))
    if (verdict.state === 'refused') {
      refuse(state, claims, verdict.reason)
      return signedOut(verdict.reason, verdict.because)
    }
    const { userId, userSession, authenticatedAt } = verdict
    const user = verdict.user ?? (await loadUser?.(userId))
    if (user === null || user === undefined) {
      refuse(state, claims, 'not-found')
      return signedOut('not-found')
    }
    if (await allow(user)) return { state: 'signed-in', user, userId, userSession, authenticatedAt }
    emit({ type: 'not-allowed', userId })
    return { state: 'not-allowed', user, userId }
  }

  return {
    resolve(state) {
      const { claims } = state
      const before = remembered.get(state, claims && ownerOf(claims))
      if (before !== undefined && before.claims === claims) return before.status
      const known: Known = { claims, status: look(state, claims) }
      remembered.set(state, known)
      // A store that was down may be up when the same request asks again.
      known.status.catch(() => remembered.forget(state, known))
      return known.status
    },
    forget: (state) => remembered.forget(state),
    revoke: (userId) => remembered.revoke(userId === undefined ? undefined : String(userId)),
  }
}

function signedOut<Id extends UserId, User>(
  reason: RefusedReason | undefined,
  because?: SignedOutBecause,
): IdentityStatus<Id, User> {
  return { state: 'signed-out', reason, because }
}
