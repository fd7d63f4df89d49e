import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, randomFillSync } from 'node:crypto'
import type { CipherKey } from 'node:crypto'
import type { Contender } from '../contender.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const POOL_BYTES = 1024 * NONCE_BYTES
const TAG_LENGTH = { authTagLength: TAG_BYTES }

/**
 * The floor: AES-256-GCM and JSON, fast, and nothing else. `base64url( nonce ‖ ciphertext ‖ tag )`, nonces from a pool,
 * one scratch buffer, nothing concatenated. There is no session id, no time, no version, no key id, no name, no strict
 * decoding, no expiry and no memory of keys in it.
 *
 * @param key which form the key is handed to `node:crypto` in: a `KeyObject` is the fast one
 */
export function rawContender(key: 'KeyObject' | 'Buffer'): Contender {
  const secret = randomBytes(32)
  const cipherKey: CipherKey = key === 'KeyObject' ? createSecretKey(secret) : secret
  const pool = Buffer.alloc(POOL_BYTES)
  const scratch = Buffer.allocUnsafeSlow(8192)
  const plain = Buffer.allocUnsafeSlow(8192)
  let used = POOL_BYTES

  return {
    name: key === 'KeyObject' ? 'raw node:crypto' : 'raw node:crypto, key as Buffer',
    version: process.versions.node,
    protection: 'encrypted',
    sealing: (session) => () => {
      if (used === POOL_BYTES) {
        randomFillSync(pool)
        used = 0
      }
      const nonce = pool.subarray(used, (used += NONCE_BYTES))
      const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce)
      // Written to memory that is there already, because `update` of text makes a buffer of it first.
      const ciphertext = cipher.update(plain.subarray(0, plain.write(JSON.stringify(session))))
      cipher.final()
      const end = NONCE_BYTES + ciphertext.length
      scratch.set(nonce)
      scratch.set(ciphertext, NONCE_BYTES)
      scratch.set(cipher.getAuthTag(), end)
      return scratch.toString('base64url', 0, end + TAG_BYTES)
    },
    opening: (text) => () => {
      const length = scratch.write(text, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', cipherKey, scratch.subarray(0, NONCE_BYTES), TAG_LENGTH)
      decipher.setAuthTag(scratch.subarray(length - TAG_BYTES, length))
      const opened = decipher.update(scratch.subarray(NONCE_BYTES, length - TAG_BYTES))
      decipher.final()
      return JSON.parse(opened.toString())
    },
    session: (opened) => opened,
    cookies: (text) => [text],
  }
}
