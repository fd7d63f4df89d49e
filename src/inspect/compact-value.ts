import { parseCompact } from '../sealing/compact.ts'
import type { Part, Scheme } from './report.ts'

/** A value in our own format, taken apart without a key (docs/format.md). */
export interface CompactValue {
  readonly scheme: Extract<Scheme, 'compact' | 'compact-signed'>
  readonly formatVersion: number
  readonly keyId: string
  readonly salt?: string
  readonly nonce?: string
  readonly parts: readonly Part[]
}

const SIGNED_VERSION = 2
const PREFIX_BYTES = 5
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const MAC_BYTES = 32
/** Flags and two times. */
const SHORTEST_PAYLOAD = 9

/** `undefined` for what is no text of ours. Never throws. */
export function readCompact(text: string): CompactValue | undefined {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text) return undefined
  const keyId = bytes.toString('hex', 1, PREFIX_BYTES)
  if (parseCompact(text) !== undefined) {
    const [salt, nonce] = [PREFIX_BYTES, PREFIX_BYTES + SALT_BYTES]
    const start = nonce + NONCE_BYTES
    return {
      scheme: 'compact',
      formatVersion: 1,
      keyId,
      salt: bytes.toString('hex', salt, nonce),
      nonce: bytes.toString('hex', nonce, start),
      parts: [
        part('version and key id', PREFIX_BYTES),
        part('salt', SALT_BYTES),
        part('nonce', NONCE_BYTES),
        part('ciphertext', bytes.length - start - TAG_BYTES),
        part('tag', TAG_BYTES),
      ],
    }
  }
  const payload = bytes.length - PREFIX_BYTES - MAC_BYTES
  if (bytes[0] !== SIGNED_VERSION || payload < SHORTEST_PAYLOAD) return undefined
  return {
    scheme: 'compact-signed',
    formatVersion: SIGNED_VERSION,
    keyId,
    parts: [part('version and key id', PREFIX_BYTES), part('payload', payload), part('mac', MAC_BYTES)],
  }
}

/** The whole is one base64url text, so a part has no characters of its own. */
function part(name: string, bytes: number): Part {
  return { name, bytes }
}
