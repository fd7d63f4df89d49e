import { SessionError } from '../errors.ts'
import type { JsonObject } from '../serializers/serializer.ts'

/** How the application names its users. Numbers are whole and safe; everything is compared as text. */
export type UserId = string | number

/** What a sealed session says of a user session. Only the registry can say whether it is still so. */
export interface UserSessionClaims {
  /** The public handle of the record. */
  readonly sid: string
  readonly uid: UserId
  /** 43 characters of base64url. */
  readonly secret: string
  /** The epochs of the user and of everyone at sign-in. */
  readonly epoch: number
  readonly everyoneEpoch: number
}

/** The claims, or `undefined` for what another strategy, another release or another application wrote there. */
export function readClaims({ sid, uid, secret, epoch, everyoneEpoch }: JsonObject): UserSessionClaims | undefined {
  if (typeof sid !== 'string' || typeof secret !== 'string' || !isUserId(uid)) return undefined
  if (!isCount(epoch) || !isCount(everyoneEpoch)) return undefined
  return { sid, uid, secret, epoch, everyoneEpoch }
}

/** Whom claims are about, as registries have it; empty text where they are not claims of ours, which is nobody's id. */
export function ownerOf({ uid }: JsonObject): string {
  return isUserId(uid) ? String(uid) : ''
}

/** Whether `id` can name a user: text that is not empty, or a whole number that JSON keeps to the last digit. */
export function isUserId(id: unknown): id is UserId {
  return (typeof id === 'string' && id !== '') || Number.isSafeInteger(id)
}

/** A user's id as registries have it. @throws `ERR_OPTIONS` */
export function userKey(userId: UserId): string {
  if (isUserId(userId)) return String(userId)
  throw new SessionError(
    'ERR_OPTIONS',
    `A user id is ${typeof userId === 'number' ? userId : `of type ${typeof userId}`}, expected text that is not empty, or a whole number below 2^53.`,
  )
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
