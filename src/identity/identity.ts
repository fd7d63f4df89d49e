import { seconds, type Duration } from '../duration.ts'
import { blameCaller, SessionError } from '../errors.ts'
import type { JsonObject } from '../serializers/serializer.ts'
import type { WritableSession } from '../session/readonly-session.ts'
import { stateOf } from '../session/session.ts'
import type { SessionState } from '../session/state.ts'
import { waitFor } from '../wait.ts'
import { createAsking } from './asking.ts'
import { createBackground } from './background.ts'
import { ownerOf, userKey, type UserId } from './claims.ts'
import { checkFacts } from './facts.ts'
import { createDevices, type Devices } from './devices.ts'
import {
  checkIdentityOptions,
  type IdentityHost,
  type IdentityOptions,
  type UserSessionsIdentityOptions,
  type UserTokensIdentityOptions,
} from './identity-options.ts'
import { checkLimits } from './limits.ts'
import { createResolver, type IdentityStatus, type Resolver } from './resolver.ts'
import { createUserSessionsVerifier } from './user-sessions.ts'
import { createUserTokensVerifier } from './user-tokens.ts'
import type { Epoch, SignInFacts, Verifier, VerifierHost } from './verifier.ts'

export interface SignInOptions extends SignInFacts {
  /** "Remember me": whether the cookie outlives the browser. Default: as the sessions' `cookie.persistent`. */
  readonly persistent?: boolean | undefined
}

/** Who is signed in, and whether it still counts. */
export interface Identity<Id extends UserId, User> {
  /** The sessions that it lives in. */
  readonly sessions: IdentityHost
  /**
   * The user whose session this is, or `null`. Resolved once a request: record, user, gate; and anew when the answer is more than
   * five seconds old, by the clock of the sessions, or this process has revoked the user since. Ask before the session is
   * written: one whose record has ended is emptied by the answer, with what this request wrote to it.
   *
   * @throws `ERR_STORE_UNAVAILABLE`
   */
  currentUser(session: object): Promise<User | null>
  /** The same with its reasons. @throws `ERR_STORE_UNAVAILABLE` */
  status(session: object): Promise<IdentityStatus<Id, User>>
  /** For `signIn`: ask before the password is checked. @throws `ERR_STORE_UNAVAILABLE` */
  epochOf(userId: Id): Promise<Epoch>
  /**
   * Signs a user in, after the application has checked who they are. The session gets a new id and a new secret; what it held
   * stays, unless it was another user's. Whoever was signed in before in this session is signed out.
   *
   * @throws `ERR_REVOKED` when the user's sessions were revoked since `epoch` was read; `ERR_STORE_UNAVAILABLE`; and what
   * writing the session throws
   */
  signIn(session: WritableSession, userId: Id, options?: SignInOptions): Promise<void>
  /**
   * Ends the user session, every copy of its cookie with it, and goes on with an empty session.
   *
   * Where the browser brings several cookies of which none counts (`duplicate`), it ends the user sessions of them all.
   *
   * @returns whether there was a user session to end. `false`: nobody was signed in here, or their session had ended already, or
   *   this is an old copy of its cookie, or the cookie was refused. With `userTokens`, whether somebody was signed in here
   * @throws `ERR_STORE_UNAVAILABLE`
   */
  signOut(session: WritableSession): Promise<boolean>
  /**
   * The user, if they proved who they are within `span`: before changing a password, an address, a factor.
   *
   * @throws `ERR_NOT_RECENT` if not, or if nobody is signed in: ask for the password, call `reauthenticated`, go on
   */
  requireRecent(session: object, span: Duration): Promise<User>
  /**
   * Notes that the user has just proved again who they are: a new session id and secret, the timeouts start anew, and copies
   * of the cookie from before are worth nothing.
   *
   * @throws `ERR_REVOKED` when the session was ended meanwhile; `ERR_STORE_UNAVAILABLE`
   */
  reauthenticated(session: WritableSession, facts?: Pick<SignInFacts, 'method'>): Promise<void>
  /** Signs a user out everywhere, sign-ins that are under way included. @throws `ERR_STORE_UNAVAILABLE` */
  revokeUser(userId: Id): Promise<void>
  /** Resolves once nothing runs in the background any more: before a process ends. */
  flush(): Promise<void>
}

/** With a record for each device, each can be listed and signed out. */
export interface DeviceIdentity<Id extends UserId, User> extends Identity<Id, User>, Devices<Id> {}

/**
 * Makes the answer to "who is here?".
 *
 * ```ts
 * const identity = createIdentity({
 *   sessions,
 *   verify: userSessions(sqliteRegistry(new DatabaseSync('billing.db'))),
 *   loadUser: (id: number) => db.users.find(id),
 *   allow: (user) => !user.accessRevoked,
 * })
 * ```
 *
 * @throws `ERR_OPTIONS`
 */
export function createIdentity<Id extends UserId, User>(
  options: UserSessionsIdentityOptions<Id, User>,
): DeviceIdentity<Id, User>
export function createIdentity<Id extends UserId, User>(
  options: UserTokensIdentityOptions<Id, User>,
): Identity<Id, User>
export function createIdentity<Id extends UserId, User>(
  options: IdentityOptions<Id, User>,
): Identity<Id, User> | DeviceIdentity<Id, User> {
  return blameCaller(createIdentity, () => {
    checkIdentityOptions(options)
    const { clock: now, emit, lifetime: sealed } = options.sessions.host
    const background = createBackground(() => emit({ type: 'store-unavailable' }))
    const lifetime = options.limits === undefined ? sealed : checkLimits(options.limits)
    const asking = createAsking(emit)
    const host: VerifierHost = { now, emit, asking, background, lifetime }
    const { allow, sessions } = options
    if (isWithTokens(options)) {
      const verifier = createUserTokensVerifier(options.verify, host)
      return wire(
        sessions,
        verifier,
        createResolver<Id, User>({ verifier, allow, now, emit, asking, loadUser: undefined }),
        host,
      )
    }
    const verifier = createUserSessionsVerifier<Id>(options.verify, host)
    const resolver = createResolver<Id, User>({ verifier, allow, now, emit, asking, loadUser: options.loadUser })
    return {
      ...wire(sessions, verifier, resolver, host),
      ...createDevices<Id>(options.verify.registry, resolver, host),
    }
  })
}

function isWithTokens<Id extends UserId, User>(
  options: IdentityOptions<Id, User>,
): options is UserTokensIdentityOptions<Id, User> {
  return options.verify.strategy === 'user-tokens'
}

function wire<Id extends UserId, User>(
  sessions: IdentityHost,
  verifier: Verifier<Id, unknown>,
  resolver: Resolver<Id, User>,
  { now, emit, asking, background }: VerifierHost,
): Identity<Id, User> {
  const { storeTimeoutSeconds, onClaimsEnded } = sessions.host

  /** Whether there was something to end, within the time that a response may wait. */
  const end = async (claims: JsonObject): Promise<boolean> => {
    const { end: endRecord } = verifier
    if (endRecord === undefined) return false
    const late = `no answer within ${storeTimeoutSeconds} s`
    try {
      return await asking.change(() => waitFor(endRecord(claims), storeTimeoutSeconds * 1000, late))
    } finally {
      resolver.revoke(ownerOf(claims))
    }
  }

  /** Claims that were ended here already, or are of a cookie that did not count any more. */
  const ended = new WeakSet<JsonObject>()
  // session.reset() and session.destroy() sign out too: a record that stayed alive would keep every copy of the cookie alive.
  if (verifier.end !== undefined) onClaimsEnded((claims) => (ended.has(claims) ? undefined : end(claims)))

  /** Puts the claims into the session, or takes back what they stand for when it cannot hold them any more. */
  const claim = async (state: SessionState, claims: JsonObject, persistent: boolean | undefined): Promise<void> => {
    try {
      state.renew(persistent === undefined ? {} : { persistent })
      state.claim(claims)
    } catch (error) {
      await end(claims).catch(() => {}) // the operator hears of it by an event
      throw error
    }
    resolver.forget(state)
  }

  return {
    sessions,

    status: (session) => resolver.resolve(stateOf(session)),

    async currentUser(session) {
      const status = await resolver.resolve(stateOf(session))
      return status.state === 'signed-in' ? status.user : null
    },

    epochOf: async function epochOf(userId) {
      blameCaller(epochOf, () => userKey(userId))
      return asking.read(() => verifier.epochOf(userId))
    },

    signIn: async function signIn(session, userId, options = {}) {
      const state = writable(signIn, session)
      blameCaller(signIn, () => {
        userKey(userId)
        checkFacts('signIn', options)
      })
      const { persistent, ...facts } = options
      const before = state.claims
      const begun = await asking.change(() => verifier.begin(userId, facts, before))
      if (!begun.ok) throw revoked('signIn', 'epoch was read')
      if (before !== undefined) {
        ended.add(before)
        resolver.revoke(ownerOf(before))
      }
      // Beyond the maximum, a device of this user was signed out.
      resolver.revoke(userId)
      // What the last user left in this browser is not for the next one.
      if (before !== undefined && before['uid'] !== userId) state.reset()
      await claim(state, begun.claims, persistent)
      emit({ type: 'session_created', userId, userSession: begun.userSession, method: facts.method ?? undefined })
    },

    signOut: async function signOut(session) {
      const state = writable(signOut, session)
      const { claims, claimsToEnd } = state
      const didEnd = await Promise.all(claimsToEnd.map(end))
      for (const each of claimsToEnd) ended.add(each)
      state.reset()
      resolver.forget(state)
      return verifier.end === undefined ? claims !== undefined : didEnd.includes(true)
    },

    async requireRecent(session, span) {
      const within = seconds(span, 'span') * 1000
      const status = await resolver.resolve(stateOf(session))
      if (status.state === 'signed-in' && now() - status.authenticatedAt < within) return status.user
      const found =
        status.state === 'signed-in'
          ? `${Math.floor((now() - status.authenticatedAt) / 1000)} s ago`
          : 'nobody is signed in'
      throw new SessionError(
        'ERR_NOT_RECENT',
        `requireRecent wants a proof of the last ${span} of who the user is; ${found}. Ask for the password or passkey again, then call identity.reauthenticated(session).`,
        { kind: 'data' },
      )
    },

    reauthenticated: async function reauthenticated(session, facts = {}) {
      const state = writable(reauthenticated, session)
      blameCaller(reauthenticated, () => checkFacts('reauthenticated', facts))
      const status = await resolver.resolve(state)
      const { claims } = state
      if (status.state !== 'signed-in' || claims === undefined) throw revoked('reauthenticated', 'request began')
      const begun = await asking.change(() => verifier.renew(claims, facts))
      if (!begun.ok) throw revoked('reauthenticated', 'request began')
      const { userId, userSession } = status
      resolver.revoke(userId)
      await claim(state, begun.claims, undefined)
      emit({ type: 'session_renewed', userId, userSession, method: facts.method ?? undefined })
    },

    revokeUser: async function revokeUser(userId) {
      blameCaller(revokeUser, () => userKey(userId))
      try {
        await asking.change(() => verifier.revokeUser(userId))
      } finally {
        resolver.revoke(userId) // of a change that failed nobody knows whether it was made
      }
      emit({ type: 'revoked', scope: 'user', userId })
    },

    flush: () => background.flush(),
  }
}

/** The state of a session that can still be written: what comes after would be lost otherwise. */
function writable(verb: { readonly name: string }, session: object): SessionState {
  return blameCaller(verb, () => {
    const state = stateOf(session)
    state.assertWritable(`identity.${verb.name}()`)
    return state
  })
}

function revoked(verb: string, since: string): SessionError {
  return new SessionError(
    'ERR_REVOKED',
    `${verb}() came too late: the user's sessions were revoked after the ${since}. Nobody was signed in; ask for the password again.`,
    { kind: 'data' },
  )
}
