import { SessionError } from '../errors.ts'
import type { JsonObject } from '../serializers/serializer.ts'
import type { Lifetime } from '../session/lifetime.ts'
import type { UserId } from './claims.ts'
import type { IdentityEvent } from './events.ts'
import type { Limits } from './limits.ts'
import type { UserSessions } from './user-sessions.ts'
import type { UserTokens } from './user-tokens.ts'

/** What identity asks of the sessions that it lives in; `createSessions` gives it. */
export interface IdentityHost {
  readonly name: string
  /** The session of a request. */
  of(request: object): object
  readonly host: {
    /** Milliseconds since 1970. */
    readonly clock: () => number
    /** The timeouts of the sessions. */
    readonly lifetime: Lifetime
    readonly emit: (event: IdentityEvent) => void
    /** `storeTimeout` of the sessions. */
    readonly storeTimeoutSeconds: number
    /**
     * `end` is given the claims of every session that the application ended by itself, with `reset()` or `destroy()`, when its
     * response is about to leave, which waits for the promise.
     */
    readonly onClaimsEnded: (end: (claims: JsonObject) => Promise<unknown> | undefined) => void
  }
}

interface CommonOptions<User> {
  /** What `createSessions` gave. */
  readonly sessions: IdentityHost
  /**
   * The gate: whether this user may act now, asked with a fresh user on every request. `false` ends nothing: the same session
   * works again as soon as it says `true`. To end sessions, `revokeUser`. Default: everybody may.
   */
  readonly allow?: ((user: User) => boolean | Promise<boolean>) | undefined
  /**
   * How long a user session may last, whatever the cookie says: `'aal1'`, `'aal2'`, `'aal3'` (NIST SP 800-63B-4), or both
   * spans. Default: the timeouts of the sessions.
   */
  readonly limits?: Limits | undefined
}

/** With one record a device. */
export interface UserSessionsIdentityOptions<Id extends UserId, User> extends CommonOptions<User> {
  readonly verify: UserSessions
  /** The user with that id, fresh; nothing for one that is gone, who is then signed out. */
  readonly loadUser: (id: Id) => User | null | undefined | Promise<User | null | undefined>
}

/** With one token a user. */
export interface UserTokensIdentityOptions<Id extends UserId, User> extends CommonOptions<User> {
  readonly verify: UserTokens<Id, User>
}

export type IdentityOptions<Id extends UserId, User> =
  | UserSessionsIdentityOptions<Id, User>
  | UserTokensIdentityOptions<Id, User>

const KNOWN: ReadonlySet<string> = new Set(['sessions', 'verify', 'loadUser', 'allow', 'limits'])

/** @throws `ERR_OPTIONS` */
export function checkIdentityOptions<Id extends UserId, User>(options: IdentityOptions<Id, User>): void {
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) throw wrong(`${key} is no option. Known: ${[...KNOWN].join(', ')}`)
  }
  if (typeof options.sessions?.host?.emit !== 'function')
    throw wrong('sessions is none, expected what createSessions gave')
  const { allow, verify } = options
  if (allow !== undefined && typeof allow !== 'function') throw wrong(`allow is a ${typeof allow}, expected a function`)
  if (verify?.strategy !== 'user-sessions' && verify?.strategy !== 'user-tokens') {
    throw wrong('verify is none, expected userSessions(registry) or userTokens({ … })')
  }
  const loadUser: unknown = 'loadUser' in options ? options.loadUser : undefined
  if (verify.strategy === 'user-sessions' && typeof loadUser !== 'function') {
    throw wrong('userSessions needs loadUser, a function from a user id to the user')
  }
  if (verify.strategy === 'user-tokens' && loadUser !== undefined) {
    throw wrong('loadUser is given beside userTokens, whose find gives the user')
  }
}

function wrong(what: string): SessionError {
  return new SessionError('ERR_OPTIONS', `${what}.`)
}
