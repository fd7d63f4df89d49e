import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import { base64urlBytes, decodeBase64url } from './base64url.ts'
import type { SealReason } from './compact.ts'
import { deriveKey } from './hkdf.ts'
import { readPayload, writeHeader, SESSION_HEADER_BYTES, VALUE_HEADER_BYTES, type Payload } from './payload.ts'
import type { Secret, SecretRing } from './secrets.ts'

/**
 * Format `signed`: readable by whoever holds it, authentic to us.
 *
 * `base64url( version 1 B = 0x02 ‖ key id 4 B ‖ payload ‖ HMAC-SHA-256 32 B )`
 *
 * The MAC covers everything before it. Its key is `HKDF-SHA-256(secret, no salt, "coatcheck/v1/sign\0" ‖ purpose)`.
 */
const SIGNED_VERSION = 0x02
const PREFIX_BYTES = 5
const MAC_BYTES = 32
const NO_SALT = new Uint8Array()

/** The key that signs for one purpose. It has no salt, so it stays the same for as long as its secret does. */
export function deriveSigningKey(secret: Secret, purpose: string): KeyObject {
  return deriveKey(secret.key, NO_SALT, `coatcheck/v1/sign\0${purpose}`)
}

export function signPayload(secret: Secret, key: KeyObject, payload: Payload): string {
  const out = Buffer.alloc(PREFIX_BYTES + SESSION_HEADER_BYTES + payload.json.length * 3 + MAC_BYTES)
  out[0] = SIGNED_VERSION
  out.write(secret.keyId, 1, 4, 'hex')
  const header = PREFIX_BYTES + writeHeader(payload, out.subarray(PREFIX_BYTES))
  const end = header + out.write(payload.json, header)
  mac(key, out.subarray(0, end)).copy(out, end)
  return out.toString('base64url', 0, end + MAC_BYTES)
}

export function openSigned(
  ring: SecretRing,
  keyOf: (secret: Secret) => KeyObject,
  text: string,
): { payload: Payload; secret: Secret } | SealReason {
  const length = base64urlBytes(text.length)
  if (length < PREFIX_BYTES + VALUE_HEADER_BYTES + MAC_BYTES) return 'malformed'
  const bytes = Buffer.allocUnsafe(length)
  if (!decodeBase64url(text, bytes) || bytes[0] !== SIGNED_VERSION) return 'malformed'
  const secret = ring.byKeyId(bytes.readUInt32BE(1))
  if (secret === undefined) return 'unknown-secret'
  const end = length - MAC_BYTES
  if (!timingSafeEqual(mac(keyOf(secret), bytes.subarray(0, end)), bytes.subarray(end))) return 'tampered'
  const payload = readPayload(bytes.subarray(PREFIX_BYTES, end))
  return payload === undefined ? 'malformed' : { payload, secret }
}

function mac(key: KeyObject, bytes: Uint8Array): Buffer {
  return createHmac('sha256', key).update(bytes).digest()
}
