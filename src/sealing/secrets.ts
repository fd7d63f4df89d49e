import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { SessionError } from '../errors.ts'

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

const MINIMUM_BYTES = 32
const HOW = 'Make one with: npx coatcheck secret'

/** Secrets that stand in documentation, ours and others'. Whoever runs with one shares it with every reader. */
const EXAMPLES: ReadonlySet<string> = new Set([
  'complex_password_at_least_32_characters_long',
  'averylogphrasebiggerthanthirtytwochars',
  'a_secret_with_at_least_32_characters',
  'keyboardcatkeyboardcatkeyboardcatkeyboardcat',
  '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
  'f00dbabef00dbabef00dbabef00dbabef00dbabef00dbabef00dbabef00dbabe',
  '5f2b8d1c9e7a4036b5d8e1f2a3c4967085e6d7c8b9a0f1e2d3c4b5a697887960',
])

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

function findWeakness(input: unknown): string | undefined {
  if (input === undefined || input === null) return `is ${String(input)} (is its environment variable set?)`
  if (typeof input === 'string') return findTextWeakness(input)
  if (!(input instanceof Uint8Array)) return `is a ${typeof input}, expected text or bytes`
  if (input.length < MINIMUM_BYTES) return `has ${input.length} bytes, at least ${MINIMUM_BYTES} are needed`
  return findRepetition(Array.from(input))
}

function findTextWeakness(text: string): string | undefined {
  if (text === '') return 'is empty'
  if (EXAMPLES.has(text.toLowerCase())) return 'stands in a documentation page, where everybody can read it'
  if (/^[0-9a-f]+$/i.test(text)) {
    if (text.length < 2 * MINIMUM_BYTES) {
      return `has ${text.length} hexadecimal characters, at least ${2 * MINIMUM_BYTES} (${MINIMUM_BYTES} bytes) are needed`
    }
  } else if (text.length < 43) {
    return `has ${text.length} characters, at least 43 of base64url or 64 hexadecimal ones (${MINIMUM_BYTES} random bytes) are needed`
  } else if (!/^[\w+/-]+={0,2}$/.test(text)) {
    return 'has characters outside hex and base64: a passphrase is guessable, random bytes are not'
  } else if (!/[a-z]/.test(text) || !/[A-Z]/.test(text)) {
    // 43 characters of base64 without a capital are a 10⁻¹⁰ event; words with dashes between them are not.
    return 'is no base64, which mixes capitals and small letters: a passphrase is guessable, random bytes are not'
  }
  return findRepetition(Array.from(text, (character) => character.charCodeAt(0)))
}

/** 32 random bytes pass this with all but certainty: fewer than 10 different symbols in 64 hex digits is a 10⁻¹² event. */
function findRepetition(symbols: readonly number[]): string | undefined {
  const different = new Set(symbols).size
  if (different === 1) return 'is one character repeated'
  if (different < 10) return `has only ${different} different characters, so it is not random`
  for (let period = 1; period <= symbols.length / 2; period++) {
    if (symbols.every((symbol, at) => symbol === symbols[at % period])) return 'is a short text repeated'
  }
  const steps = new Set(symbols.slice(1).map((symbol, at) => symbol - (symbols[at] ?? 0)))
  return steps.size < 4 ? 'is a sequence, not random' : undefined
}
