import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { base64urlBytes, base64urlLength, decodeBase64url } from './base64url.ts'
import { isAuthentic } from './authentic.ts'
import { deriveKey } from './hkdf.ts'
import { readPayload, writeHeader, SESSION_HEADER_BYTES, type Payload } from './payload.ts'
import { copyNonce } from './random.ts'

/**
 * Format `compact`, version 1: AES-256-GCM under a sub-key of the secret.
 *
 * `base64url( version 1 B = 0x01 ‖ key id 4 B ‖ salt 16 B ‖ nonce 12 B ‖ ciphertext ‖ tag 16 B )`
 *
 * The sub-key is `HKDF-SHA-256(secret, salt, "coatcheck/v1/seal\0" ‖ purpose)`. Version, key id, salt and purpose choose
 * the key, so each of them is bound to the seal without associated data. `docs/format.md` has test vectors.
 */
const COMPACT_VERSION = 0x01

const SALT_BYTES = 16
/** Version, key id and salt: 21 bytes, which are exactly the first 28 characters, so a sub-key is found undecoded. */
const PREFIX_BYTES = 5 + SALT_BYTES
export const PREFIX_CHARACTERS = 28
const NONCE_BYTES = 12
const TAG_BYTES = 16
const TAG_LENGTH = { authTagLength: TAG_BYTES }
const OVERHEAD = PREFIX_BYTES + NONCE_BYTES + TAG_BYTES
/** The shortest seal carries the shortest header and no JSON: 9 + 49 bytes. */
const MINIMUM_CHARACTERS = base64urlLength(OVERHEAD + 9)

/** Enough for any cookie; a longer text (a sealed value has no limit) gets a buffer of its own. */
const SCRATCH_BYTES = 8192
const plain = Buffer.allocUnsafe(SCRATCH_BYTES)
const sealed = Buffer.allocUnsafe(SCRATCH_BYTES)
const opening = Buffer.allocUnsafe(SCRATCH_BYTES)
/** Their nonces, as views made once instead of at every seal and open. */
const sealedNonce = viewOfNonce(sealed)
const openingNonce = viewOfNonce(opening)
/** What `sealed` begins with: the same for millions of seals. */
let sealedPrefix: Buffer | undefined

function viewOfNonce(bytes: Buffer): Buffer {
  return bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + NONCE_BYTES)
}

/** Why a text was not opened, before any expiry is looked at. */
export type SealReason = 'malformed' | 'tampered' | 'unknown-secret'

/** The key that seals under one salt and purpose. */
export function deriveSubKey(secret: KeyObject, salt: Uint8Array, purpose: string): KeyObject {
  return deriveKey(secret, salt, `coatcheck/v1/seal\0${purpose}`)
}

/** The 21 bytes that every seal of one process, secret and purpose begins with. */
export function sealPrefix(keyId: string, salt: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix[0] = COMPACT_VERSION
  prefix.write(keyId, 1, 4, 'hex')
  prefix.set(salt, 5)
  return prefix
}

/** The exact length of the seal of a session whose JSON has `jsonBytes` bytes of UTF-8. */
export function sealedSessionLength(jsonBytes: number): number {
  return base64urlLength(OVERHEAD + SESSION_HEADER_BYTES + jsonBytes)
}

/**
 * Seals `payload`. The nonce comes from the pool unless `writeNonce` brings its own, which only the test vectors do.
 */
export function sealCompact(
  prefix: Buffer,
  subKey: KeyObject,
  payload: Payload,
  writeNonce: (target: Buffer, offset: number) => void = copyNonce,
): string {
  const room = OVERHEAD + SESSION_HEADER_BYTES + payload.json.length * 3
  const isLong = room > SCRATCH_BYTES
  const text = isLong ? Buffer.allocUnsafe(room) : plain
  const out = isLong ? Buffer.allocUnsafe(room) : sealed
  if (isLong) out.set(prefix)
  else if (prefix !== sealedPrefix) {
    sealed.set(prefix)
    sealedPrefix = prefix
  }
  const header = writeHeader(payload, text)
  const length = header + text.write(payload.json, header)
  writeNonce(out, PREFIX_BYTES)
  const cipher = createCipheriv('aes-256-gcm', subKey, isLong ? viewOfNonce(out) : sealedNonce)
  out.set(cipher.update(text.subarray(0, length)), PREFIX_BYTES + NONCE_BYTES)
  cipher.final()
  out.set(cipher.getAuthTag(), PREFIX_BYTES + NONCE_BYTES + length)
  return out.toString('base64url', 0, OVERHEAD + length)
}

/** A seal decoded: the first `length` of `bytes`, which is scratch space and good only until the next call. */
export interface CompactSeal {
  readonly bytes: Buffer
  readonly length: number
  readonly keyId: number
}

/** The salt in a seal: a view of its bytes, made where a sub-key has to be derived. */
export function saltOf({ bytes }: CompactSeal): Buffer {
  return bytes.subarray(5, PREFIX_BYTES)
}

/** Takes a text apart without opening it; `undefined` when it is no compact seal. */
export function parseCompact(text: string): CompactSeal | undefined {
  if (text.length < MINIMUM_CHARACTERS) return undefined
  const length = base64urlBytes(text.length)
  if (length < 0) return undefined
  const bytes = length > SCRATCH_BYTES ? Buffer.allocUnsafe(length) : opening
  if (!decodeBase64url(text, bytes) || bytes[0] !== COMPACT_VERSION) return undefined
  return { bytes, length, keyId: bytes.readUInt32BE(1) }
}

/** Authenticates and decrypts; `malformed` when what was sealed is no payload of ours. */
export function openCompact(seal: CompactSeal, subKey: KeyObject): Payload | 'tampered' | 'malformed' {
  const { bytes, length } = seal
  const end = length - TAG_BYTES
  const start = PREFIX_BYTES + NONCE_BYTES
  const decipher = createDecipheriv(
    'aes-256-gcm',
    subKey,
    bytes === opening ? openingNonce : viewOfNonce(bytes),
    TAG_LENGTH,
  )
  decipher.setAuthTag(bytes.subarray(end, length))
  const text = decipher.update(bytes.subarray(start, end))
  if (!isAuthentic(decipher)) return 'tampered'
  return readPayload(text) ?? 'malformed'
}
