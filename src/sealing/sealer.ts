import type { KeyObject } from 'node:crypto'
import {
  deriveSubKey,
  openCompact,
  parseCompact,
  saltOf,
  sealCompact,
  type CompactSeal,
  type SealReason,
} from './compact.ts'
import type { Payload } from './payload.ts'
import { deriveSigningKey, openSigned, signPayload } from './signed.ts'
import type { Secret, SecretRing } from './secrets.ts'
import { createSealingKeys, createSubKeyMemory, type OpeningKey } from './sub-keys.ts'

/** What opening a text gives: the payload and the secret that sealed it, or why not. Never an exception. */
export type Opened = { readonly ok: true; readonly payload: Payload; readonly secret: Secret } | NotOpened

export interface NotOpened {
  readonly ok: false
  readonly reason: SealReason
}

/** What it takes to open a text: next to nothing, a decryption, or a key to derive before that. */
export type OpeningCost = 'none' | 'decryption' | 'derivation'

/** A format with a ring and a purpose: seals with the ring's first secret, opens with the one that the text names. */
export interface PayloadSealer {
  seal(payload: Payload): string
  open(text: string): Opened
  /** What opening it would take. Left out where all take the same. */
  readonly cost?: ((text: string) => OpeningCost) | undefined
}

const MALFORMED: NotOpened = { ok: false, reason: 'malformed' }
const TAMPERED: NotOpened = { ok: false, reason: 'tampered' }
const UNKNOWN_SECRET: NotOpened = { ok: false, reason: 'unknown-secret' }

/**
 * Seals payloads for one purpose (`cookie.<name>` for cookies) in the `compact` format. A text that was sealed for
 * another purpose does not open.
 *
 * @param now milliseconds since 1970; only the age of a salt is measured with it
 */
export function createCompactSealer(ring: SecretRing, purpose: string, now: () => number): PayloadSealer {
  const sealingKey = createSealingKeys(ring.current, purpose, now)
  const memory = createSubKeyMemory()

  const derive = (seal: CompactSeal): OpeningKey | undefined => {
    const secret = ring.byKeyId(seal.keyId)
    return secret && { secret, key: deriveSubKey(secret.key, saltOf(seal), purpose) }
  }

  return {
    seal(payload) {
      const { prefix, key } = sealingKey()
      return sealCompact(prefix, key, payload)
    },

    open(text) {
      const seal = parseCompact(text)
      if (seal === undefined) return MALFORMED
      const known = memory.get(text)
      const opening = known ?? derive(seal)
      if (opening === undefined) return UNKNOWN_SECRET
      const payload = openCompact(seal, opening.key)
      if (payload === 'tampered') return TAMPERED
      if (payload === 'malformed') return MALFORMED
      if (known === undefined) memory.remember(text, opening)
      return { ok: true, payload, secret: opening.secret }
    },

    cost(text) {
      const seal = parseCompact(text)
      if (seal === undefined || ring.byKeyId(seal.keyId) === undefined) return 'none'
      return memory.get(text) === undefined ? 'derivation' : 'decryption'
    },
  }
}

/** The same for values that may be read by anybody and changed by nobody: authenticated, not encrypted. */
export function createSignedSealer(ring: SecretRing, purpose: string): PayloadSealer {
  const keys = new Map<Secret, KeyObject>()
  const keyOf = (secret: Secret): KeyObject => {
    const known = keys.get(secret)
    if (known !== undefined) return known
    const key = deriveSigningKey(secret, purpose)
    keys.set(secret, key)
    return key
  }
  return {
    seal: (payload) => signPayload(ring.current, keyOf(ring.current), payload),
    open(text) {
      const opened = openSigned(ring, keyOf, text)
      if (opened === 'malformed') return MALFORMED
      if (opened === 'tampered') return TAMPERED
      if (opened === 'unknown-secret') return UNKNOWN_SECRET
      return { ok: true, ...opened }
    },
  }
}
