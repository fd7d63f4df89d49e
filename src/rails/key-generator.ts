import { pbkdf2Sync } from 'node:crypto'
import { SessionError } from '../errors.ts'

/** A digest as Rails' settings name it. */
export type RailsDigest = 'SHA1' | 'SHA256' | 'SHA384' | 'SHA512'

export interface KeyGeneratorOptions {
  /** PBKDF2 iterations. Default 65,536, as the class alone; a Rails application's own key generator uses 1,000. */
  readonly iterations?: number | undefined
  /** `active_support.key_generator_hash_digest_class`. Default SHA1, as the class alone; SHA256 from `load_defaults` 7.0. */
  readonly hashDigest?: RailsDigest | undefined
}

/**
 * `ActiveSupport::KeyGenerator`: PBKDF2 over a secret, one key for each salt (active_support/key_generator.rb). The secret
 * is text and used as it stands, never decoded.
 */
export class KeyGenerator {
  readonly #secret: string
  readonly #iterations: number
  readonly #digest: string

  constructor(secret: string, { iterations = 2 ** 16, hashDigest = 'SHA1' }: KeyGeneratorOptions = {}) {
    if (typeof secret !== 'string') {
      throw new SessionError(
        'ERR_SECRET',
        `The secret of a KeyGenerator is ${typeof secret}, expected text (secret_key_base).`,
      )
    }
    this.#secret = secret
    this.#iterations = iterations
    this.#digest = hashDigest.toLowerCase()
  }

  /** @param length bytes; Rails' default is 64 */
  generateKey(salt: string, length = 64): Buffer {
    return pbkdf2Sync(this.#secret, salt, this.#iterations, length, this.#digest)
  }
}
