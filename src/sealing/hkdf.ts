import { createSecretKey, hash, type KeyObject } from 'node:crypto'

/** Of SHA-256, in bytes: what it takes at a time and what it gives. */
const BLOCK_BYTES = 64
const HASH_BYTES = 32
const INNER = 0x36
const OUTER = 0x5c
/** What is hashed last, always as long. */
const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES)

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
  const inner = Buffer.allocUnsafe(BLOCK_BYTES + message.length)
  for (let at = 0; at < BLOCK_BYTES; at++) {
    const byte = key[at] ?? 0
    inner[at] = byte ^ INNER
    outer[at] = byte ^ OUTER
  }
  inner.set(message, BLOCK_BYTES)
  outer.write(hash('sha256', inner, 'hex'), BLOCK_BYTES, 'hex')
  const mac = Buffer.from(hash('sha256', outer, 'hex'), 'hex')
  // A secret was in them.
  inner.fill(0)
  outer.fill(0)
  return mac
}
