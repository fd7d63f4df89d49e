import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import type { RefusedReason } from '../errors.ts'
import { decodeBase64url } from '../sealing/base64url.ts'
import { json } from '../serializers/json.ts'
import type { JsonObject } from '../serializers/serializer.ts'
import type { IronPasswords } from './iron-password.ts'

/** The object that a seal holds, and when it ends by itself, in milliseconds since 1970. */
export type OpenedIronSeal =
  | { readonly ok: true; readonly data: JsonObject; readonly expires: number | undefined }
  | { readonly ok: false; readonly reason: RefusedReason }

/**
 * `Fe26.2*password id*salt*IV*ciphertext*end*MAC salt*MAC`: salts are 32 bytes in hexadecimal, the others base64url, and the end
 * is in milliseconds since 1970 or empty. iron-session adds `~2`, which no MAC covers, so it decides nothing.
 */
const SEAL =
  /^(Fe26\.2\*(?<id>\w*)\*(?<salt>[\da-f]{64})\*(?<iv>[\w-]{22})\*(?<ciphertext>[\w-]+)\*(?<end>\d{0,15}))\*(?<macSalt>[\da-f]{64})\*(?<mac>[\w-]{43})(?:~\d*)?$/

/** Clocks of a fleet differ; iron allows as much. */
const SKEW_MILLISECONDS = 60_000

/**
 * Opens what `@hapi/iron`, `iron-webcrypto` and those that stand on them seal with their default algorithms: AES-256-CBC, then
 * HMAC-SHA-256, each under a key that PBKDF2-SHA-1 derives. How often that iterates is not in the seal, so no stranger can raise it.
 *
 * @param now milliseconds since 1970
 */
export function openIronSeal(seal: string, passwords: IronPasswords, iterations: number, now: number): OpenedIronSeal {
  const match = SEAL.exec(seal)
  if (match?.groups === undefined) return { ok: false, reason: 'malformed' }
  const [, authenticated = ''] = match
  const { id = '', salt = '', iv = '', ciphertext = '', end = '', macSalt = '', mac = '' } = match.groups
  const password = passwords(id)
  if (password === undefined) return { ok: false, reason: 'unknown-secret' }
  const bytes = [mac, iv, ciphertext].map(decoded)
  const [givenMac, givenIv, encrypted] = bytes
  if (givenMac === undefined || givenIv === undefined || encrypted === undefined) {
    return { ok: false, reason: 'malformed' }
  }
  const expected = createHmac('sha256', derive(password, macSalt, iterations))
    .update(authenticated)
    .digest()
  if (!timingSafeEqual(expected, givenMac)) return { ok: false, reason: 'tampered' }
  const expires = end === '' ? undefined : Number(end)
  if (expires !== undefined && expires <= now - SKEW_MILLISECONDS) return { ok: false, reason: 'expired-absolute' }
  try {
    const decipher = createDecipheriv('aes-256-cbc', derive(password, salt, iterations), givenIv)
    const text = Buffer.concat([decipher.update(encrypted), decipher.final()]).toString()
    return { ok: true, data: json.load(text), expires }
  } catch {
    return { ok: false, reason: 'malformed' } // authentic, and yet no object that we could keep
  }
}

/** @param salt used as the text that it is, not as the bytes that it stands for */
function derive(password: string, salt: string, iterations: number): Buffer {
  return pbkdf2Sync(password, salt, iterations, 32, 'sha1')
}

function decoded(text: string): Buffer | undefined {
  const bytes = Buffer.alloc(Math.floor((text.length * 3) / 4))
  return decodeBase64url(text, bytes) ? bytes : undefined
}
