import { createSecretKey, hash, type KeyObject } from 'node:crypto'

/** Of SHA-256, in bytes: what it takes at a time and what it gives. */
const BLOCK_BYTES = 64
const HASH_BYTES = 32
const INNER = 0x36
const OUTER = 0x5c

/**
 * HKDF-SHA-256 (RFC 5869) for a key of 32 bytes, which is its first round. Four times `hash` takes half of what `hkdfSync` does,
 * and whoever invents salts makes us derive keys.
 *
 * @param salt at most 64 bytes
 */
export function deriveKey(secret: KeyObject, salt: Uint8Array, info: string): KeyObject {
  const bytes = secret.export()
  const extracted = hmac(salt, bytes)
  bytes.fill(0)
  return createSecretKey(hmac(extracted, Buffer.from(`${info}\u0001`)))
}

/** HMAC-SHA-256 (RFC 2104) under a key of at most one block. */
function hmac(key: Uint8Array, message: Uint8Array): Buffer {
  const bytes = Buffer.alloc(BLOCK_BYTES + Math.max(message.length, HASH_BYTES))
  bytes.set(key)
  for (let at = 0; at < BLOCK_BYTES; at++) bytes[at] = (bytes[at] as number) ^ INNER // as: it is within the block
  bytes.set(message, BLOCK_BYTES)
  const inner = hash('sha256', bytes.subarray(0, BLOCK_BYTES + message.length), 'hex')
  for (let at = 0; at < BLOCK_BYTES; at++) bytes[at] = (bytes[at] as number) ^ INNER ^ OUTER // as: it is within the block
  bytes.write(inner, BLOCK_BYTES, 'hex')
  const outer = hash('sha256', bytes.subarray(0, BLOCK_BYTES + HASH_BYTES), 'hex')
  bytes.fill(0) // a secret was in it
  return Buffer.from(outer, 'hex')
}
