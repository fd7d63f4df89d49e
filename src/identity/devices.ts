import { blameCaller, SessionError } from '../errors.ts'
import { stateOf } from '../session/session.ts'
import { readClaims, userKey, type UserId } from './claims.ts'
import { hashSecret } from './secret.ts'
import type { UserSessionRegistry } from './registry.ts'
import type { Resolver } from './resolver.ts'
import type { VerifierHost } from './verifier.ts'

/** One device that a user is signed in on, as a page may show it. Times are milliseconds since 1970. */
export interface Device {
  /** A public handle, for `revokeSession`. It opens nothing. */
  readonly id: string
  readonly createdAt: number
  readonly authenticatedAt: number
  /** Exact to a minute. */
  readonly lastSeenAt: number
  /** As `203.0.113.0/24`; `null` when `signIn` was given no address. */
  readonly ipPrefix: string | null
  readonly userAgent: string | null
  readonly label: string | null
  readonly method: string | null
  /** Whether it is the one that asks. */
  readonly current: boolean
}

/** A part of a list of devices. */
export interface DevicePage {
  /** At most so many, 1 or more. */
  readonly limit: number
  /** The last device of the part before. */
  readonly after?: Pick<Device, 'id' | 'lastSeenAt'> | undefined
}

/** The devices of a user, and everybody's. */
export interface Devices<Id extends UserId> {
  /**
   * Where the user is signed in, the last seen first.
   *
   * @param session the one that asks, so that its device can be marked
   * @param page a part of the list: `{ limit: 50 }`, and then `{ limit: 50, after: devices.at(-1) }`. Default: all
   */
  listSessions(userId: Id, session?: object, page?: DevicePage): Promise<readonly Device[]>
  /**
   * Signs one device out. The owner is part of the question, so another user's device gives the same answer as one that does
   * not exist: `false`.
   */
  revokeSession(id: string, owner: { readonly userId: Id }): Promise<boolean>
  /** Signs out every other device of whoever is signed in here, sign-ins that are under way included, and says how many. */
  revokeOtherSessions(session: object): Promise<number>
  /** Signs everybody out: no deploy, no change of secrets. */
  revokeEveryone(): Promise<void>
  /**
   * Deletes up to `limit` records (default 1000) that ended or expired more than `keepSeconds` ago (default a week, in which a
   * device can still be told why it was signed out), and says how many. Call it until it says less than `limit`.
   */
  sweep(options?: { readonly limit?: number; readonly keepSeconds?: number }): Promise<number>
}

const WEEK_SECONDS = 7 * 86_400

export function createDevices<Id extends UserId>(
  registry: UserSessionRegistry,
  resolver: Resolver<Id, unknown>,
  { now, emit, asking }: VerifierHost,
): Devices<Id> {
  /** Of a change without an answer nobody knows whether it was made, so that what is remembered does not count either way. */
  const revoking = async <Answer>(userId: Id | undefined, change: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await asking.change(change)
    } finally {
      resolver.revoke(userId)
    }
  }

  return {
    listSessions: async function listSessions(userId, session, page) {
      const key = blameCaller(listSessions, () => {
        checkPage(page)
        return userKey(userId)
      })
      const claims = session === undefined ? undefined : stateOf(session).claims
      const current = claims && readClaims(claims)?.sid
      const records = await asking.read(() => registry.list(key, now(), page))
      return records.map(
        ({ id, createdAt, authenticatedAt, lastSeenAt, ipPrefix, userAgent, label, method }): Device => ({
          id,
          createdAt,
          authenticatedAt,
          lastSeenAt,
          ipPrefix,
          userAgent,
          label,
          method,
          current: id === current,
        }),
      )
    },

    revokeSession: async function revokeSession(id, owner) {
      blameCaller(revokeSession, () => checkHandle(id, owner))
      const { userId } = owner
      const because = 'revoked'
      const ending = { at: now(), because, userId: userKey(userId) } as const
      const didEnd = await revoking(userId, () => registry.end(id, ending))
      if (didEnd) emit({ type: 'session_expired', userSession: id, userId, because })
      return didEnd
    },

    async revokeOtherSessions(session) {
      const state = stateOf(session)
      const status = await resolver.resolve(state)
      const claims = state.claims && readClaims(state.claims)
      if (status.state !== 'signed-in' || claims === undefined) return 0
      const { userId } = status
      // What was known of this session is not asked here: whether it still counts is part of the statement.
      const keep = { id: claims.sid, secretHash: hashSecret(claims.secret) }
      const count = await revoking(userId, () =>
        registry.endOthers(userKey(userId), keep, { at: now(), because: 'others' }),
      )
      if (count === undefined) return 0
      emit({ type: 'revoked', scope: 'others', userId })
      return count
    },

    async revokeEveryone() {
      await revoking(undefined, () => registry.raiseEveryoneEpoch())
      emit({ type: 'revoked', scope: 'everyone' })
    },

    sweep: async function sweep({ limit = 1000, keepSeconds = WEEK_SECONDS } = {}) {
      blameCaller(sweep, () => checkSweep(limit, keepSeconds))
      return asking.change(() => registry.sweep({ before: now() - Math.round(keepSeconds * 1000), limit }))
    },
  }
}

/** @throws `ERR_OPTIONS` */
function checkHandle(id: unknown, owner: { readonly userId: UserId } | null | undefined): void {
  if (typeof id !== 'string') {
    throw new SessionError(
      'ERR_OPTIONS',
      `revokeSession(id): the id is of type ${typeof id}, expected one of listSessions.`,
    )
  }
  if (typeof owner !== 'object' || owner === null) {
    throw new SessionError(
      'ERR_OPTIONS',
      'revokeSession(id, { userId }): the owner is missing, without whom nothing is ended.',
    )
  }
  userKey(owner.userId)
}

/** @throws `ERR_OPTIONS` */
function checkPage(page: DevicePage | undefined): void {
  if (page === undefined) return
  const { limit, after } = page
  if (!Number.isSafeInteger(limit) || limit < 1) throw numberError('limit of listSessions()', limit, '1 or more')
  if (after === undefined || (typeof after.id === 'string' && Number.isSafeInteger(after.lastSeenAt))) return
  throw new SessionError(
    'ERR_OPTIONS',
    'after of listSessions() is not a device: give the last one of the page before.',
  )
}

/** @throws `ERR_OPTIONS` */
function checkSweep(limit: number, keepSeconds: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1) throw numberError('limit of sweep()', limit, '1 or more')
  if (!Number.isFinite(keepSeconds) || keepSeconds < 0)
    throw numberError('keepSeconds of sweep()', keepSeconds, '0 or more')
}

function numberError(name: string, value: unknown, expected: string): SessionError {
  const given = typeof value === 'number' ? value : `of type ${typeof value}`
  return new SessionError('ERR_OPTIONS', `${name} is ${given}, expected ${expected}.`)
}
