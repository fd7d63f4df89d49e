import { SessionError } from '../errors.ts'
import type { JsonObject } from '../serializers/serializer.ts'
import { readClaims, userKey, type UserId, type UserSessionClaims } from './claims.ts'
import { ipPrefix } from './ip-prefix.ts'
import type { Epochs, FoundUserSession, UserSessionRegistry } from './registry.ts'
import { hashSecret, newHandle, newSecret } from './secret.ts'
import { judge } from './verdict.ts'
import type { Epoch, Verifier, VerifierHost } from './verifier.ts'

export interface UserSessionsOptions {
  /** How many devices a user may be signed in on; one more ends the oldest. Default 100. */
  readonly maxSessionsPerUser?: number | undefined
}

/** One record a device: what `verify` takes. */
export interface UserSessions {
  readonly strategy: 'user-sessions'
  readonly registry: UserSessionRegistry
  readonly maxSessionsPerUser: number
}

/**
 * The device version: every sign-in is a record in `registry`, so that one device, all others or all of a user's can be signed
 * out, and a copied cookie with them. A request costs one indexed read.
 *
 * @throws `ERR_OPTIONS`
 */
export function userSessions(
  registry: UserSessionRegistry,
  { maxSessionsPerUser = 100 }: UserSessionsOptions = {},
): UserSessions {
  if (typeof registry?.find !== 'function' || typeof registry.insert !== 'function') {
    throw new SessionError(
      'ERR_OPTIONS',
      'userSessions takes a registry, expected one as sqliteRegistry(database) or postgresRegistry(pool) gives.',
    )
  }
  if (!Number.isInteger(maxSessionsPerUser) || maxSessionsPerUser < 1) {
    throw new SessionError('ERR_OPTIONS', `maxSessionsPerUser is ${maxSessionsPerUser}, expected 1 or more.`)
  }
  return { strategy: 'user-sessions', registry, maxSessionsPerUser }
}

/** Texts that come with a request are cut to this many characters. */
const LONGEST_TEXT = 300
/** The least time between two notes of a session's last use. */
const TOUCH_SECONDS = 60

/** How many sessions a process remembers to have noted; to forget them costs a statement that changes nothing. */
const MOST_NOTED = 10_000

/** Decides by the record, in one statement of the registry. */
export function createUserSessionsVerifier<Id extends UserId>(
  { registry, maxSessionsPerUser }: UserSessions,
  { now, lifetime, emit, background }: VerifierHost,
): Verifier<Id, never> {
  const idleMilliseconds = lifetime.idleSeconds * 1000
  const absoluteMilliseconds = lifetime.absoluteSeconds * 1000
  // For idle timeouts of a few minutes, a whole minute of inexactness would sign active people out.
  const touchMilliseconds = Math.min(TOUCH_SECONDS, lifetime.idleSeconds / 10) * 1000

  const idleEnd = (at: number, absoluteEnd: number): number => Math.min(at + idleMilliseconds, absoluteEnd)

  // By handle. Of parallel requests some read the record before the first one's note is there, and would note it again.
  const noted = new Map<string, number>()

  const noteUse = (id: string, { lastSeenAt, absoluteExpiresAt }: FoundUserSession, at: number): void => {
    const lastNoted = noted.get(id) ?? lastSeenAt
    if (at - Math.max(lastNoted, lastSeenAt) < touchMilliseconds) return
    if (noted.size >= MOST_NOTED) noted.clear()
    noted.set(id, at)
    const seen = { lastSeenAt: at, idleExpiresAt: idleEnd(at, absoluteExpiresAt), notSince: at - touchMilliseconds }
    background.run(`seen ${id}`, () => registry.touch(id, seen))
  }

  const noteTimeout = (claims: UserSessionClaims, because: 'idle' | 'absolute', at: number): void => {
    background.run(`ended ${claims.sid}`, async () => {
      const isFirst = await registry.end(claims.sid, { at, because, ...proofOf(claims) })
      if (isFirst) emit({ type: 'session_expired', userSession: claims.sid, userId: claims.uid, because })
    })
  }

  return {
    async check(json) {
      const claims = readClaims(json)
      if (claims === undefined) return { state: 'refused', reason: 'malformed' }
      const found = await registry.find(claims.sid)
      const at = now()
      const verdict = judge(claims, found, at)
      if (verdict.state === 'valid') {
        noteUse(claims.sid, verdict.record, at)
        return {
          state: 'valid',
          userId: claims.uid as Id, // as: signIn took an Id, and the seal kept it
          userSession: claims.sid,
          authenticatedAt: verdict.record.authenticatedAt,
        }
      }
      const { because } = verdict
      if (because === undefined) return verdict
      if ((because === 'idle' || because === 'absolute') && found?.endedAt === null) noteTimeout(claims, because, at)
      emit({ type: 'session_use_after_expire', userSession: claims.sid, userId: claims.uid, because })
      return verdict
    },

    async epochOf(userId) {
      return writeEpoch(await registry.epochs(userKey(userId)))
    },

    async begin(userId, facts, replaced) {
      const at = now()
      const secret = newSecret()
      const sid = newHandle()
      const before = replaced && readClaims(replaced)
      const inserted = await registry.insert(
        {
          id: sid,
          userId: userKey(userId),
          secretHash: hashSecret(secret),
          createdAt: at,
          authenticatedAt: at,
          lastSeenAt: at,
          idleExpiresAt: idleEnd(at, at + absoluteMilliseconds),
          absoluteExpiresAt: at + absoluteMilliseconds,
          ipPrefix: (facts.ip && ipPrefix(facts.ip)) || null,
          userAgent: shortened(facts.userAgent),
          label: shortened(facts.label),
          method: shortened(facts.method),
        },
        {
          expected: readEpoch(facts.epoch),
          replaces: before && { id: before.sid, ...proofOf(before) },
          maximum: maxSessionsPerUser,
        },
      )
      if (!inserted.ok) return { ok: false, reason: 'stale' }
      for (const { id, because } of inserted.ended) {
        const owner = because === 'replaced' ? (before?.uid ?? userId) : userId
        emit({ type: 'session_expired', userSession: id, userId: owner, because })
      }
      const { user: epoch, everyone: everyoneEpoch } = inserted.epochs
      return { ok: true, claims: toJson({ sid, uid: userId, secret, epoch, everyoneEpoch }), userSession: sid }
    },

    async renew(json, { method }) {
      const claims = readClaims(json)
      if (claims === undefined) return { ok: false, reason: 'stale' }
      const at = now()
      const secret = newSecret()
      const absoluteExpiresAt = at + absoluteMilliseconds
      const isRenewed = await registry.renew(claims.sid, hashSecret(claims.secret), {
        secretHash: hashSecret(secret),
        authenticatedAt: at,
        idleExpiresAt: idleEnd(at, absoluteExpiresAt),
        absoluteExpiresAt,
        method: shortened(method),
      })
      if (!isRenewed) return { ok: false, reason: 'stale' }
      return { ok: true, claims: toJson({ ...claims, secret }), userSession: claims.sid }
    },

    async end(json) {
      const claims = readClaims(json)
      if (claims === undefined) return false
      const because = 'sign-out'
      const didEnd = await registry.end(claims.sid, { at: now(), because, ...proofOf(claims) })
      if (didEnd) emit({ type: 'session_expired', userSession: claims.sid, userId: claims.uid, because })
      return didEnd
    },

    async revokeUser(userId) {
      await registry.raiseUserEpoch(userKey(userId))
    },
  }
}

/** What shows that a cookie is the owner's, and no copy from before its secret was changed. */
function proofOf({ uid, secret }: UserSessionClaims): { userId: string; secretHash: Uint8Array } {
  return { userId: userKey(uid), secretHash: hashSecret(secret) }
}

function toJson({ sid, uid, secret, epoch, everyoneEpoch }: UserSessionClaims): JsonObject {
  return { sid, uid, secret, epoch, everyoneEpoch }
}

function shortened(text: string | null | undefined): string | null {
  // PostgreSQL takes no U+0000, and a cut must not leave half a character.
  return text === undefined || text === null ? null : text.replaceAll('\0', '').slice(0, LONGEST_TEXT).toWellFormed()
}

function writeEpoch({ user, everyone }: Epochs): Epoch {
  return `${user}.${everyone}`
}

/** @throws `ERR_OPTIONS` */
function readEpoch(epoch: Epoch | undefined): Epochs | undefined {
  if (epoch === undefined) return undefined
  const [, user, everyone] = /^(\d{1,15})\.(\d{1,15})$/.exec(epoch) ?? []
  if (user === undefined || everyone === undefined) {
    throw new SessionError('ERR_OPTIONS', 'epoch is of another form, expected what identity.epochOf(userId) gave.')
  }
  return { user: Number(user), everyone: Number(everyone) }
}
