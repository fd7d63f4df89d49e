import { createCipheriv, createDecipheriv, createSecretKey, getCiphers, randomBytes } from 'node:crypto'
import { SessionError } from '../errors.ts'
import { isAuthentic } from '../sealing/authentic.ts'
import { copyNonce } from '../sealing/random.ts'
import { decode, encode, encodedLength, type Alphabet } from './base64.ts'
import { escapeValue, unescapeValue } from './escaped-value.ts'
import { escapedText, gcmEnds, plainText, TAG_BYTES, type GcmText } from './gcm-text.ts'
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

const TAG_LENGTH = { authTagLength: TAG_BYTES }
const CBC_IV_BYTES = 16

/** Whether this runtime can do it. Every one can do 256 bits; Deno cannot do 192. */
export function hasCipher(cipher: GcmCipher): boolean {
  return cipher === 'aes-256-gcm' || getCiphers().includes(cipher)
}

/** `b64(ciphertext)--b64(iv)--b64(tag)` (active_support/message_encryptor.rb). @throws `ERR_OPTIONS` without that cipher */
export function gcmScheme(cipher: GcmCipher, secret: Buffer, split: Split, alphabet: Alphabet = 'standard'): Scheme {
  return gcm(cipher, secret, plainText(split, alphabet))
}

/** The same, percent-encoded, as it stands in a cookie. @throws `ERR_OPTIONS` without that cipher */
export function escapedGcmScheme(cipher: GcmCipher, secret: Buffer, split: Split): Scheme {
  return gcm(cipher, secret, escapedText(split))
}

/** Messages of any scheme, percent-encoded, as they stand in a cookie. */
export function escapedScheme(scheme: Scheme): Scheme {
  return {
    seal: (plaintext, iv) => escapeValue(scheme.seal(plaintext, iv)),
    open(text) {
      const message = unescapeValue(text)
      return message === undefined ? 'malformed' : scheme.open(message)
    },
  }
}

function gcm(cipher: GcmCipher, secret: Buffer, message: GcmText): Scheme {
  if (!hasCipher(cipher)) {
    throw new SessionError('ERR_OPTIONS', `The cipher ${cipher} is missing from the node:crypto of this runtime.`)
  }
  const key = createSecretKey(secret)
  // Written anew for every message and copied by the cipher at once, so that none makes its own.
  const [made, given] = [gcmEnds(), gcmEnds()]
  return {
    seal(plaintext, iv) {
      if (iv === undefined) copyNonce(made.iv, 0)
      else made.iv.set(iv)
      const encrypting = createCipheriv(cipher, key, made.iv)
      const ciphertext = encrypting.update(plaintext)
      encrypting.final()
      made.tag.set(encrypting.getAuthTag())
      return message.write(ciphertext, made)
    },
    open(text) {
      const ciphertext = message.read(text, given)
      if (ciphertext === undefined) return 'malformed'
      const decrypting = createDecipheriv(cipher, key, given.iv, TAG_LENGTH)
      decrypting.setAuthTag(given.tag)
      const plaintext = decrypting.update(ciphertext)
      return isAuthentic(decrypting) ? plaintext : 'tampered'
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
