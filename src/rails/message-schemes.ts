import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import type { RailsDigest } from './key-generator.ts'
import {
  decode,
  encode,
  encodedLength,
  SEPARATOR,
  splitFromRight,
  toUrlSafe,
  type Alphabet,
} from './message-alphabet.ts'
import { cbcScheme, gcmScheme, type GcmCipher, type Scheme, type Split } from './schemes.ts'

/** A scheme that signs, and can say of a message that it is authentic without decoding it. */
export interface SigningScheme extends Scheme {
  isAuthentic(text: string): boolean
}

export interface SigningOptions {
  readonly digest: RailsDigest
  readonly secret: Buffer
  readonly split: Split
  /** The first is written, each is read: what is not of the first may be of the second. */
  readonly alphabets: readonly [Alphabet, ...Alphabet[]]
}

/** `base64(message)--hex(hmac)` in either alphabet (active_support/message_verifier.rb). */
export function signingScheme({ digest, secret, split, alphabets }: SigningOptions): SigningScheme {
  const algorithm = digest.toLowerCase()
  const key = createSecretKey(secret)
  const mac = (data: string): string => createHmac(algorithm, key).update(data).digest('hex')
  const macLength = mac('').length
  const openData = (text: string): { readonly data: string } | 'malformed' | 'tampered' => {
    const [data, given] = (split === 'right' ? splitFromRight(text, [macLength]) : splitFromLeft(text)) ?? []
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
      const opened = openData(text)
      if (typeof opened === 'string') return opened
      for (const alphabet of alphabets) {
        const message = decode(opened.data, alphabet)
        if (message !== undefined) return message
      }
      return 'malformed'
    },
    isAuthentic: (text) => typeof openData(text) !== 'string',
  }
}

const GCM_LENGTHS = [encodedLength(12, 'urlSafe'), encodedLength(16, 'urlSafe')]

/** AES-GCM in either alphabet: the URL-safe one is the standard one, translated (active_support/message_encryptor.rb). */
export function encryptingScheme(cipher: GcmCipher, secret: Buffer, split: Split, alphabet: Alphabet): Scheme {
  const standard = gcmScheme(cipher, secret, split)
  if (alphabet === 'standard') return standard
  return {
    seal: (plaintext) => toUrlSafe(standard.seal(plaintext)),
    open(text) {
      const translated = translate(text, GCM_LENGTHS)
      return translated === undefined ? 'malformed' : standard.open(translated)
    },
  }
}

/** AES-256-CBC in either alphabet; with `url_safe` the text that is signed is URL-safe as well. */
export function encryptingAndSigningScheme(secret: Buffer, signing: Scheme, alphabet: Alphabet): Scheme {
  if (alphabet === 'standard') return cbcScheme(secret, signing)
  return cbcScheme(secret, {
    seal: (inner) => signing.seal(Buffer.from(toUrlSafe(inner.toString('latin1')))),
    open(text) {
      const inner = signing.open(text)
      if (typeof inner === 'string') return inner
      const translated = translate(inner.toString('latin1'), [encodedLength(16, 'urlSafe')])
      return translated === undefined ? 'malformed' : Buffer.from(translated)
    },
  })
}

/** A URL-safe message in the standard alphabet. */
function translate(text: string, lengths: readonly number[]): string | undefined {
  const parts: string[] = []
  for (const part of splitFromRight(text, lengths) ?? []) {
    const bytes = decode(part, 'urlSafe')
    if (bytes === undefined) return undefined
    parts.push(encode(bytes, 'standard'))
  }
  return parts.length === 0 ? undefined : parts.join(SEPARATOR)
}

/** Ruby's `split('--')`: empty parts at the end are dropped, and what follows the second is ignored. */
function splitFromLeft(text: string): string[] {
  const parts = text.split(SEPARATOR)
  while (parts.at(-1) === '') parts.pop()
  return parts
}
