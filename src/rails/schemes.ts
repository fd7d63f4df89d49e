import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { decodeStrict } from './strict-base64.ts'
import type { RailsDigest } from './key-generator.ts'

/** `config.action_dispatch.encrypted_cookie_cipher` with authenticated encryption. */
export type GcmCipher = 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm'

/** One way to turn bytes into the text of a message and back. */
export interface Scheme {
  /** @param iv only the test vectors bring their own */
  seal(plaintext: Buffer, iv?: Buffer): string
  /** `malformed` is no message of this scheme at all, `tampered` one that does not authenticate. */
  open(text: string): Buffer | 'malformed' | 'tampered'
}

/**
 * How a message is taken apart. `left`, up to Rails 7.0 for encrypted messages and 6.1 for signed ones: at the
 * separators, and what follows the parts that are needed is ignored. `right`, since then: by fixed lengths from the end.
 */
export type Split = 'left' | 'right'

const SEPARATOR = '--'
const GCM_IV_BYTES = 12
const TAG_BYTES = 16

/** `b64(ciphertext)--b64(iv)--b64(tag)` (active_support/message_encryptor.rb). */
export function gcmScheme(cipher: GcmCipher, secret: Buffer, split: Split): Scheme {
  const key = createSecretKey(secret)
  return {
    seal(plaintext, iv = randomBytes(GCM_IV_BYTES)) {
      const encrypting = createCipheriv(cipher, key, iv)
      const ciphertext = encrypting.update(plaintext)
      encrypting.final()
      return join([ciphertext, iv, encrypting.getAuthTag()])
    },
    open(text) {
      const parts =
        split === 'right' ? fromRight(text, [base64Length(GCM_IV_BYTES), base64Length(TAG_BYTES)]) : fromLeft(text)
      const [ciphertext, iv, tag] = parts?.map(decodeStrict) ?? []
      if (ciphertext === undefined || iv === undefined || tag === undefined) return 'malformed'
      if (ciphertext.length === 0 || iv.length !== GCM_IV_BYTES || tag.length !== TAG_BYTES) return 'malformed'
      const decrypting = createDecipheriv(cipher, key, iv, { authTagLength: TAG_BYTES })
      decrypting.setAuthTag(tag)
      const plaintext = decrypting.update(ciphertext)
      try {
        decrypting.final()
      } catch {
        return 'tampered'
      }
      return plaintext
    },
  }
}

/** `b64( b64(ciphertext)--b64(iv) )--hex(hmac)`, AES-256-CBC, what Rails wrote before 5.2. */
export function cbcScheme(secret: Buffer, signing: Scheme): Scheme {
  const key = createSecretKey(secret)
  return {
    seal(plaintext, iv = randomBytes(16)) {
      const encrypting = createCipheriv('aes-256-cbc', key, iv)
      const ciphertext = Buffer.concat([encrypting.update(plaintext), encrypting.final()])
      return signing.seal(Buffer.from(join([ciphertext, iv])))
    },
    open(text) {
      const inner = signing.open(text)
      if (typeof inner === 'string') return inner
      const [ciphertext, iv] = inner.toString('latin1').split(SEPARATOR).map(decodeStrict)
      if (ciphertext === undefined || iv?.length !== 16) return 'malformed'
      try {
        const decrypting = createDecipheriv('aes-256-cbc', key, iv)
        return Buffer.concat([decrypting.update(ciphertext), decrypting.final()])
      } catch {
        return 'tampered'
      }
    },
  }
}

/** `b64(message)--hex(hmac)` (active_support/message_verifier.rb). */
export function signedScheme(digest: RailsDigest, secret: Buffer, split: Split): Scheme {
  const algorithm = digest.toLowerCase()
  const key = createSecretKey(secret)
  const mac = (data: string): string => createHmac(algorithm, key).update(data).digest('hex')
  const macLength = mac('').length
  return {
    seal(plaintext) {
      const data = plaintext.toString('base64')
      return `${data}${SEPARATOR}${mac(data)}`
    },
    open(text) {
      const [data, given] = (split === 'right' ? fromRight(text, [macLength]) : fromLeft(text)) ?? []
      if (data === undefined || given === undefined || data === '' || given === '') return 'malformed'
      const expected = Buffer.from(mac(data))
      const received = Buffer.from(given)
      if (received.length !== expected.length || !timingSafeEqual(received, expected)) return 'tampered'
      return decodeStrict(data) ?? 'malformed'
    },
  }
}

function join(parts: readonly Buffer[]): string {
  return parts.map((part) => part.toString('base64')).join(SEPARATOR)
}

function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3)
}

/** Ruby's `split('--')`: empty parts at the end are dropped. */
function fromLeft(text: string): string[] {
  const parts = text.split(SEPARATOR)
  while (parts.at(-1) === '') parts.pop()
  return parts
}

/** The parts of those lengths at the end, and what is in front of them; `undefined` where the separators are not there. */
function fromRight(text: string, lengths: readonly number[]): string[] | undefined {
  const parts: string[] = []
  let rest = text
  for (const length of lengths.toReversed()) {
    const at = rest.length - length - SEPARATOR.length
    if (at < 0 || !rest.startsWith(SEPARATOR, at)) return undefined
    parts.unshift(rest.slice(at + SEPARATOR.length))
    rest = rest.slice(0, at)
  }
  return [rest, ...parts]
}
