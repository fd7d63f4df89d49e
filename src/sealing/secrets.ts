import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { SessionError } from '../errors.ts'
import { findWeakness } from './weakness.ts'

/**
 * A secret as an application gives it: 64 or more hexadecimal characters, 43 or more of base64 or base64url (both are
 * 32 bytes), or at least 32 bytes. Text is used as it stands, as UTF-8; it is never decoded, so that every
 * implementation derives the same keys from the same environment variable.
 */
export type SecretInput = string | Uint8Array

/** One secret of the ring. The bytes stay inside a `KeyObject`, which prints as its type and nothing more. */
export interface Secret {
  /** Where the secret stands in the ring: 0 seals, the others only open. */
  readonly index: number
  /** 8 hexadecimal characters derived from the secret, the 4 bytes that every seal carries. Safe to log. */
  readonly keyId: string
  readonly key: KeyObject
}

/** `[current, ...previous]`: the first seals, all of them open. */
export interface SecretRing {
  readonly current: Secret
  readonly all: readonly Secret[]
  /** The secret with that key id (4 bytes, big-endian), or `undefined`. */
  byKeyId(keyId: number): Secret | undefined
}

const HOW = 'Make one with: npx coatcheck secret'

/**
 * Checks the secrets and makes the ring.
 *
 * @throws `ERR_SECRET` when there is none, or one is too short, no hex or base64, repetitive, from a documentation
 * page, or there twice. The message names the secret by its place, never by its text.
 */
export function createSecretRing(secrets: readonly SecretInput[]): SecretRing {
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new SessionError('ERR_SECRET', `secrets must be an array with at least one secret. ${HOW}`)
  }
  const all = Array.from(secrets, createSecret) // not map, which skips holes
  const byKeyId = new Map<number, Secret>()
  for (const secret of all) {
    const id = Number.parseInt(secret.keyId, 16)
    const twin = byKeyId.get(id)
    if (twin !== undefined) {
      throw new SessionError(
        'ERR_SECRET',
        `secrets[${twin.index}] and secrets[${secret.index}] are the same: a rotation needs a new secret. ${HOW}`,
      )
    }
    byKeyId.set(id, secret)
  }
  const [current] = all
  if (current === undefined) throw new SessionError('ERR_SECRET', `secrets must not be empty. ${HOW}`)
  return { current, all, byKeyId: (id) => byKeyId.get(id) }
}

function createSecret(input: unknown, index: number): Secret {
  const weakness = findWeakness(input)
  if (weakness !== undefined) throw new SessionError('ERR_SECRET', `secrets[${index}] ${weakness}. ${HOW}`)
  const bytes = typeof input === 'string' ? Buffer.from(input, 'utf8') : Buffer.from(input as Uint8Array) // as: findWeakness let only these two pass
  const key = createSecretKey(bytes)
  const keyId = Buffer.from(hkdfSync('sha256', key, '', 'coatcheck/v1/key-id', 4)).toString('hex')
  return { index, keyId, key }
}
