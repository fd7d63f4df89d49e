import type { KeyObject } from 'node:crypto'
import { deriveSubKey, PREFIX_CHARACTERS, sealPrefix } from './compact.ts'
import { createMemory } from './memory.ts'
import { randomBytes16, randomGeneration } from './random.ts'
import type { Secret } from './secrets.ts'

/** Random 96-bit nonces are safe for 2³² messages a key (NIST SP 800-38D §8.3); a salt is left long before. */
const SEALS_PER_SALT = 2 ** 24
const SALT_LIFETIME_MS = 60 * 60 * 1000

/**
 * How many sub-keys one purpose remembers: 4,096, some 2 MiB. A fleet of 100 processes makes 2,400 salts a day. One that comes when
 * all places are taken gets one when it comes again, and what is used least goes; it is derived again when it is needed.
 */
export const REMEMBERED_SUB_KEYS = 4096

/** The key that this process seals with now, and the 21 bytes in front of every seal made with it. */
export interface SealingKey {
  readonly prefix: Buffer
  readonly key: KeyObject
}

/** Gives the sealing key of one secret and purpose: a new salt every 2²⁴ seals, every hour and after `reseed()`. */
export function createSealingKeys(secret: Secret, purpose: string, now: () => number): () => SealingKey {
  let current: SealingKey | undefined
  let seals = 0
  let born = 0
  let generation = -1
  return () => {
    const time = now()
    // A clock that was set back must not keep a salt alive, hence the absolute value.
    const stale = Math.abs(time - born) >= SALT_LIFETIME_MS || generation !== randomGeneration()
    if (current === undefined || seals >= SEALS_PER_SALT || stale) {
      const salt = randomBytes16()
      current = { prefix: sealPrefix(secret.keyId, salt), key: deriveSubKey(secret.key, salt, purpose) }
      seals = 0
      born = time
      generation = randomGeneration()
    }
    seals++
    return current
  }
}

/** A sub-key that opened something, with the secret that it belongs to. */
export interface OpeningKey {
  readonly secret: Secret
  readonly key: KeyObject
}

/**
 * Sub-keys by the first 28 characters of the seals that they open.
 *
 * Only a key that authenticated a seal is remembered. Whoever invents salts makes us derive a key for each of them, but
 * can neither fill this memory nor push a real key out of it.
 */
export interface SubKeyMemory {
  /** @param text a seal, of which only the beginning counts */
  get(text: string): OpeningKey | undefined
  remember(text: string, key: OpeningKey): void
  readonly size: number
}

export function createSubKeyMemory(bound: number = REMEMBERED_SUB_KEYS): SubKeyMemory {
  const memory = createMemory<OpeningKey>(bound, () => 1)
  // What a process opens was mostly sealed by one process, and comparing costs a third of hashing. A prefix that is only
  // met here may fall out of the memory meanwhile; it is derived again when another one has come in between.
  let lastPrefix: string | undefined
  let lastKey: OpeningKey | undefined
  return {
    get(text) {
      if (lastPrefix !== undefined && text.startsWith(lastPrefix)) return lastKey
      const prefix = text.slice(0, PREFIX_CHARACTERS)
      const found = memory.get(prefix)
      if (found === undefined) return undefined
      lastPrefix = prefix
      lastKey = found
      return found
    },
    remember: (text, key) => memory.remember(text.slice(0, PREFIX_CHARACTERS), key),
    get size() {
      return memory.weight
    },
  }
}
