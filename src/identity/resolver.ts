import type { RefusedReason } from '../errors.ts'
import type { SessionState } from '../session/state.ts'
import type { Asking } from './asking.ts'
import type { UserId } from './claims.ts'
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

/** From a session to whoever it belongs to: once a request, and anew after the request signed somebody in or out. */
export interface Resolver<Id extends UserId, User> {
  resolve(state: SessionState): Promise<IdentityStatus<Id, User>>
  forget(state: SessionState): void
}

export function createResolver<Id extends UserId, User>({
  verifier,
  loadUser,
  allow = () => true,
  emit,
  asking,
}: {
  readonly verifier: Verifier<Id, User>
  readonly loadUser: ((id: Id) => User | null | undefined | Promise<User | null | undefined>) | undefined
  readonly allow: ((user: User) => boolean | Promise<boolean>) | undefined
  readonly emit: VerifierHost['emit']
  readonly asking: Asking
}): Resolver<Id, User> {
  const resolved = new WeakMap<SessionState, Promise<IdentityStatus<Id, User>>>()

  const look = async (state: SessionState): Promise<IdentityStatus<Id, User>> => {
    const { claims } = state
    if (claims === undefined) return signedOut(state.refused === 'missing' ? undefined : state.refused)
    const verdict = await asking.read(() => verifier.check(claims))
    if (verdict.state === 'refused') {
      if (state.claims === claims) state.refuse(verdict.reason)
      return signedOut(verdict.reason, verdict.because)
    }
    const { userId, userSession, authenticatedAt } = verdict
    const user = verdict.user ?? (await loadUser?.(userId))
    if (user === null || user === undefined) {
      if (state.claims === claims) state.refuse('not-found')
      return signedOut('not-found')
    }
    if (await allow(user)) return { state: 'signed-in', user, userId, userSession, authenticatedAt }
    emit({ type: 'not-allowed', userId })
    return { state: 'not-allowed', user, userId }
  }

  return {
    resolve(state) {
      const known = resolved.get(state)
      if (known !== undefined) return known
      const looking = look(state)
      resolved.set(state, looking)
      // A store that was down may be up when the same request asks again.
      looking.catch(() => resolved.delete(state))
      return looking
    },
    forget(state) {
      resolved.delete(state)
    },
  }
}

function signedOut<Id extends UserId, User>(
  reason: RefusedReason | undefined,
  because?: SignedOutBecause,
): IdentityStatus<Id, User> {
  return { state: 'signed-out', reason, because }
}
