import { decode, decodeWhole, encode, encodedLength, type Alphabet } from './base64.ts'
import { readEscaped } from './escaped-reader.ts'
import { escapeValue, unescapeValue } from './escaped-value.ts'
import { writeEscaped } from './escaped-writer.ts'
import { SEPARATOR, splitParts, type Split } from './message-parts.ts'

const GCM_IV_BYTES = 12
export const TAG_BYTES = 16

/** How the parts of a GCM message stand in its text. */
export interface GcmText {
  write(ciphertext: Buffer, ends: GcmEnds): string
  /** Gives the ciphertext, which is good only until the next call, and fills `ends`; `undefined` for any other text. */
  read(text: string, ends: GcmEnds): Buffer | undefined
}

/** Nonce and tag, as one and each by itself: views that a scheme makes once and not for every message. */
export interface GcmEnds {
  readonly both: Buffer
  readonly iv: Buffer
  readonly tag: Buffer
}

export function gcmEnds(): GcmEnds {
  const both = Buffer.alloc(GCM_IV_BYTES + TAG_BYTES)
  return { both, iv: both.subarray(0, GCM_IV_BYTES), tag: both.subarray(GCM_IV_BYTES) }
}

/** As Rails gives and takes it. Nonces are four groups of base64 and no part of a fifth: both ends go in one go. */
export function plainText(split: Split, alphabet: Alphabet): GcmText {
  const lengths = [encodedLength(GCM_IV_BYTES, alphabet), encodedLength(TAG_BYTES, alphabet)]
  const [ivLength = 0] = lengths
  return {
    write(ciphertext, { both }) {
      const ends = encode(both, alphabet)
      return encode(ciphertext, alphabet) + SEPARATOR + ends.slice(0, ivLength) + SEPARATOR + ends.slice(ivLength)
    },
    read(text, { both }) {
      const [first = '', second = '', third = ''] = splitParts(text, split, lengths) ?? []
      const ciphertext = decode(first, alphabet)
      if (ciphertext === undefined || ciphertext.length === 0) return undefined
      return second.length === ivLength && decodeWhole(second + third, alphabet, both) ? ciphertext : undefined
    },
  }
}

/** Percent-encoded. What Rails writes takes one pass; for everything else the general path decides. */
export function escapedText(split: Split): GcmText {
  const plain = plainText(split, 'standard')
  return {
    write: (ciphertext, ends) =>
      writeEscaped([ciphertext, ends.iv, ends.tag]) ?? escapeValue(plain.write(ciphertext, ends)),
    read(text, ends) {
      const ciphertext = readEscaped(text, [ends.iv, ends.tag])
      if (ciphertext !== undefined) return ciphertext
      const message = unescapeValue(text)
      return message === undefined ? undefined : plain.read(message, ends)
    },
  }
}
