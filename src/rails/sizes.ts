import { railsJson } from './json-text.ts'
import { isAtLeast, type RailsSettings } from './options.ts'

/** A value's characters: how many there are, how many of them are padding, and how many are random base64. */
interface Characters {
  readonly all: number
  readonly padding: number
  readonly random: number
}

/**
 * How long the escaped value of a session is, at most but for one in fifty: `+` and `/` take three characters each, and how
 * many there are is up to chance. Sealing tries again where chance was worse.
 */
export function estimateLength(payloadBytes: number, name: string, settings: RailsSettings): number {
  const { all, padding, random } = charactersOf(payloadBytes, name, settings)
  const expected = random / 32
  return Math.ceil(all + 2 * (padding + expected + 2 * Math.sqrt(expected)))
}

/** What Rails compares with 4096: the value, from 8.1 with the name, both unescaped. */
export function railsLength(payloadBytes: number, name: string, settings: RailsSettings): number {
  const { all } = charactersOf(payloadBytes, name, settings)
  return isAtLeast(settings.version, '8.1') ? all + Buffer.byteLength(name) : all
}

function charactersOf(payloadBytes: number, name: string, settings: RailsSettings): Characters {
  const plaintext = plaintextBytes(payloadBytes, name, settings)
  if (settings.keys.authenticatedEncryption) {
    const ciphertext = base64(plaintext)
    // Both other parts: 12 bytes of nonce without padding, 16 of tag with two characters of it.
    return { all: ciphertext.all + 2 + 16 + 2 + 24, padding: ciphertext.padding + 2, random: ciphertext.all + 38 }
  }
  const inner = base64(16 * Math.floor(plaintext / 16) + 16).all + 2 + 24
  const data = base64(inner)
  // The outer base64 encodes base64 text, whose bytes give `+` and `/` only at some places.
  return { all: data.all + 2 + 40, padding: data.padding, random: data.all / 2 }
}

function plaintextBytes(payloadBytes: number, name: string, settings: RailsSettings): number {
  const { metadata, expireAfterSeconds, escapes } = settings
  if (!metadata && expireAfterSeconds === undefined) return payloadBytes
  const purpose = metadata ? Buffer.byteLength(railsJson(`cookie.${name}`, escapes)) : 4
  const expiry = expireAfterSeconds === undefined ? 4 : 26
  return `{"_rails":{"message":"","exp":,"pur":}}`.length + base64(payloadBytes).all + expiry + purpose
}

function base64(bytes: number): { all: number; padding: number } {
  return { all: 4 * Math.ceil(bytes / 3), padding: (3 - (bytes % 3)) % 3 }
}
