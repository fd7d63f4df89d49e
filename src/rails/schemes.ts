import { createCipheriv, createDecipheriv, createSecretKey, getCiphers, randomBytes } from 'node:crypto'
import { SessionError } from '../errors.ts'
import { copyNonce } from '../sealing/random.ts'
import { decode, decodeWhole, encode, encodedLength, type Alphabet } from './base64.ts'
import { SEPARATOR, splitParts, type Split } from './message-parts.ts'

/** `config.action_dispatch.encrypted_cookie_cipher` with authenticated encryption. */
export type GcmCipher = 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm'

/** One way to turn bytes into the text of a message and back. */
export interface Scheme {
  /** @param iv only the test vectors bring their own */
  seal(plaintext: Buffer, iv?: Buffer): string
  /** `malformed` is no message of this scheme at all, `tampered` one that does not authenticate. */
  open(text: string): Buffer | 'malformed' | 'tampered'
}

const GCM_IV_BYTES = 12
const TAG_BYTES = 16
const TAG_LENGTH = { authTagLength: TAG_BYTES }
const CBC_IV_BYTES = 16

/** Whether this runtime can do it. Every one can do 256 bits; Deno cannot do 192. */
export function hasCipher(cipher: GcmCipher): boolean {
  return cipher === 'aes-256-gcm' || getCiphers().includes(cipher)
}

/** `b64(ciphertext)--b64(iv)--b64(tag)` (active_support/message_encryptor.rb). @throws `ERR_OPTIONS` without that cipher */
export function gcmScheme(cipher: GcmCipher, secret: Buffer, split: Split, alphabet: Alphabet = 'standard'): Scheme {
  if (!hasCipher(cipher)) {
    throw new SessionError('ERR_OPTIONS', `The cipher ${cipher} is missing from the node:crypto of this runtime.`)
  }
  const key = createSecretKey(secret)
  const lengths = [encodedLength(GCM_IV_BYTES, alphabet), encodedLength(TAG_BYTES, alphabet)]
  // Written anew for every message and copied by the cipher at once, so that none makes its own.
  const nonce = Buffer.alloc(GCM_IV_BYTES)
  // The nonce is four groups of base64 and no part of a fifth, so nonce and tag are encoded and decoded in one go.
  const made = Buffer.alloc(GCM_IV_BYTES + TAG_BYTES)
  const given = Buffer.alloc(GCM_IV_BYTES + TAG_BYTES)
  const [givenIv, givenTag] = [given.subarray(0, GCM_IV_BYTES), given.subarray(GCM_IV_BYTES)]
  const [ivLength = 0] = lengths
  return {
    seal(plaintext, iv = fresh(nonce)) {
      const encrypting = createCipheriv(cipher, key, iv)
      const ciphertext = encrypting.update(plaintext)
      encrypting.final()
      made.set(iv)
      made.set(encrypting.getAuthTag(), GCM_IV_BYTES)
      const ends = encode(made, alphabet)
      return encode(ciphertext, alphabet) + SEPARATOR + ends.slice(0, ivLength) + SEPARATOR + ends.slice(ivLength)
    },
    open(text) {
      const [first = '', second = '', third = ''] = splitParts(text, split, lengths) ?? []
      const ciphertext = decode(first, alphabet)
      if (ciphertext === undefined || ciphertext.length === 0) return 'malformed'
      if (second.length !== ivLength || !decodeWhole(second + third, alphabet, given)) return 'malformed'
      const decrypting = createDecipheriv(cipher, key, givenIv, TAG_LENGTH)
      decrypting.setAuthTag(givenTag)
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
export function cbcScheme(secret: Buffer, signing: Scheme, alphabet: Alphabet = 'standard'): Scheme {
  const key = createSecretKey(secret)
  // No separator can be in standard base64, and what follows the second part is ignored.
  const split = alphabet === 'urlSafe' ? 'right' : 'left'
  const lengths = [encodedLength(CBC_IV_BYTES, alphabet)]
  return {
    seal(plaintext, iv = randomBytes(CBC_IV_BYTES)) {
      const encrypting = createCipheriv('aes-256-cbc', key, iv)
      const ciphertext = Buffer.concat([encrypting.update(plaintext), encrypting.final()])
      return signing.seal(Buffer.from(encode(ciphertext, alphabet) + SEPARATOR + encode(iv, alphabet)))
    },
    open(text) {
      const inner = signing.open(text)
      if (typeof inner === 'string') return inner
      const parts = splitParts(inner.toString('latin1'), split, lengths)
      const [ciphertext, iv] = parts?.map((part) => decode(part, alphabet)) ?? []
      if (ciphertext === undefined || iv?.length !== CBC_IV_BYTES) return 'malformed'
      try {
        const decrypting = createDecipheriv('aes-256-cbc', key, iv)
        return Buffer.concat([decrypting.update(ciphertext), decrypting.final()])
      } catch {
        return 'tampered'
      }
    },
  }
}

function fresh(nonce: Buffer): Buffer {
  copyNonce(nonce, 0)
  return nonce
}
