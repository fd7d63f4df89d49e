import type { RefusedReason } from '../errors.ts'
import type { Lifetime } from '../session/lifetime.ts'
import type { JsonObject } from '../serializers/serializer.ts'
import type { Asking } from './asking.ts'
import type { Background } from './background.ts'
import type { UserId } from './claims.ts'
import type { IdentityEvent } from './events.ts'
import type { SignedOutBecause } from './verdict.ts'

/**
 * What a user's sign-ins are measured against: read before the password is checked, and given to `signIn`, it makes a sign-in
 * fail that a revocation overtook. Opaque text; keep it no longer than the sign-in takes.
 */
export type Epoch = string

/** What an application knows of a sign-in. What it does not know is left out, or `undefined`, or `null`. */
export interface SignInFacts {
  /** From `identity.epochOf(userId)`, asked for before the password was checked. Default: what is current at sign-in. */
  readonly epoch?: Epoch | undefined
  /** The visitor's address; only a prefix of it is kept. */
  readonly ip?: string | null | undefined
  readonly userAgent?: string | null | undefined
  /** What the owner calls the device. */
  readonly label?: string | null | undefined
  /** How they proved who they are, as `password` or `passkey`. */
  readonly method?: string | null | undefined
}

/** A sign-in, or a proof renewed, that holds: the claims to seal into the session. `stale` when a revocation came first. */
export type Begun =
  | { readonly ok: true; readonly claims: JsonObject; readonly userSession?: string | undefined }
  | { readonly ok: false; readonly reason: 'stale' }

/** What a check of claims may come to. A check that cannot be made rejects, and is never taken for an answer. */
export type Verdict<Id extends UserId, User> =
  | {
      readonly state: 'valid'
      readonly userId: Id
      /** Where the strategy finds the user on its way. */
      readonly user?: User | undefined
      readonly userSession?: string | undefined
      /** Milliseconds since 1970. */
      readonly authenticatedAt: number
    }
  | { readonly state: 'refused'; readonly reason: RefusedReason; readonly because?: SignedOutBecause | undefined }

/** One way to decide what a session's claims still mean: `userSessions(registry)` or `userTokens({ … })`. */
export interface Verifier<Id extends UserId, User> {
  check(claims: JsonObject): Promise<Verdict<Id, User>>
  epochOf(userId: Id): Promise<Epoch>
  /** @param replaced the claims of whoever was signed in before in this session */
  begin(userId: Id, facts: SignInFacts, replaced: JsonObject | undefined): Promise<Begun>
  /** Another secret, and the time of authentication is now, if the claims are still valid. */
  renew(claims: JsonObject, facts: Pick<SignInFacts, 'method'>): Promise<Begun>
  /**
   * Ends what the claims stand for, if they still do, and says whether it did. `undefined` where the server knows of nothing that
   * belongs to one browser.
   */
  readonly end: ((claims: JsonObject) => Promise<boolean>) | undefined
  revokeUser(userId: Id): Promise<void>
}

/** What a verifier is given by the sessions that it works for. */
export interface VerifierHost {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly lifetime: Lifetime
  readonly emit: (event: IdentityEvent) => void
  readonly asking: Asking
  readonly background: Background
}
