import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { decode, encode, type Alphabet } from './base64.ts'
import type { RailsDigest } from './key-generator.ts'
import { SEPARATOR, splitParts, type Split } from './message-parts.ts'
import type { Scheme } from './schemes.ts'

/** A scheme that signs, and can say of a message that it is authentic without decoding it. */
export interface SignedScheme extends Scheme {
  isAuthentic(text: string): boolean
}

/**
 * `b64(message)--hex(hmac)` (active_support/message_verifier.rb).
 *
 * @param alphabets the first is written, each is read: what is not of the first may be of the second
 */
export function signedScheme(
  digest: RailsDigest,
  secret: Buffer,
  split: Split,
  alphabets: readonly [Alphabet, ...Alphabet[]] = ['standard'],
): SignedScheme {
  const algorithm = digest.toLowerCase()
  const key = createSecretKey(secret)
  const mac = (data: string): string => createHmac(algorithm, key).update(data).digest('hex')
  const lengths = [mac('').length]
  const authenticate = (text: string): { readonly data: string } | 'malformed' | 'tampered' => {
    const [data, given] = splitParts(text, split, lengths) ?? []
    if (data === undefined || given === undefined || data === '' || given === '') return 'malformed'
    const expected = Buffer.from(mac(data))
    const received = Buffer.from(given)
    if (received.length !== expected.length || !timingSafeEqual(received, expected)) return 'tampered'
    return { data }
  }
  return {
    seal(plaintext) {
      const data = encode(plaintext, alphabets[0])
      return `${data}${SEPARATOR}${mac(data)}`
    },
    open(text) {
      const authentic = authenticate(text)
      if (typeof authentic === 'string') return authentic
      for (const alphabet of alphabets) {
        const message = decode(authentic.data, alphabet)
        if (message !== undefined) return message
      }
      return 'malformed'
    },
    isAuthentic: (text) => typeof authenticate(text) !== 'string',
  }
}
