import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, randomFillSync } from 'node:crypto'
import type { Contender } from '../contender.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const POOL_BYTES = 1024 * NONCE_BYTES
const TAG_LENGTH = { authTagLength: TAG_BYTES }

/**
 * The floor under a Rails cookie: JSON once, AES-256-GCM over as many bytes as Rails' envelope has, base64 once. The JSON
 * stands at the beginning of those bytes and nothing is made of the rest: there is no envelope, no base64 within it, no
 * strict decoding, no purpose, no separators and no percent-encoding.
 *
 * @param plaintextBytes of the envelope
 */
export function railsRaw(plaintextBytes: number): Contender {
  const key = createSecretKey(randomBytes(32))
  const pool = Buffer.alloc(POOL_BYTES)
  const plaintext = Buffer.alloc(plaintextBytes, ' ')
  const scratch = Buffer.allocUnsafeSlow(8192)
  let used = POOL_BYTES
  let jsonBytes = 0

  return {
    name: 'raw node:crypto',
    version: process.versions.node,
    protection: 'encrypted',
    sealing: (session) => () => {
      if (used === POOL_BYTES) {
        randomFillSync(pool)
        used = 0
      }
      const nonce = pool.subarray(used, (used += NONCE_BYTES))
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      jsonBytes = plaintext.write(JSON.stringify(session))
      const ciphertext = cipher.update(plaintext)
      cipher.final()
      const end = NONCE_BYTES + ciphertext.length
      scratch.set(nonce)
      scratch.set(ciphertext, NONCE_BYTES)
      scratch.set(cipher.getAuthTag(), end)
      return scratch.toString('base64', 0, end + TAG_BYTES)
    },
    opening: (text) => () => {
      const length = scratch.write(text, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key, scratch.subarray(0, NONCE_BYTES), TAG_LENGTH)
      decipher.setAuthTag(scratch.subarray(length - TAG_BYTES, length))
      const plain = decipher.update(scratch.subarray(NONCE_BYTES, length - TAG_BYTES))
      decipher.final()
      return JSON.parse(plain.toString('utf8', 0, jsonBytes))
    },
    session: (opened) => opened,
    cookies: (text) => [text],
  }
}
