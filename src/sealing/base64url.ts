/** How many characters `bytes` bytes take in base64url without padding (RFC 4648 §5). */
export function base64urlLength(bytes: number): number {
  return Math.ceil((bytes * 4) / 3)
}

/** How many bytes a base64url text of that many characters holds, or -1 where no text has that length. */
export function base64urlBytes(characters: number): number {
  return characters % 4 === 1 ? -1 : Math.floor((characters * 3) / 4)
}

/**
 * Decodes strict base64url into `target` and tells whether `text` was exactly that: only the URL-safe alphabet, no
 * padding, no white space, and zero in the bits of the last character that carry no data. Node's own decoder accepts
 * all of these; if we did, several texts would open to one seal.
 *
 * `target` must hold `base64urlBytes(text.length)` bytes.
 */
export function decodeBase64url(text: string, target: Buffer): boolean {
  const length = base64urlBytes(text.length)
  if (length < 0 || text.includes('+') || text.includes('/')) return false
  if (BEYOND_LATIN1.test(text) || !endsCanonically(text)) return false
  // The decoder skips what else is outside its alphabet, so a foreign character shows as a byte too few.
  return target.write(text, 0, length, 'base64url') === length
}

/**
 * Of such characters the decoder sees the low byte alone, and takes U+0141 for "A". V8 knows of every string whether it
 * has any, and answers for one that has none without looking through it.
 */
const BEYOND_LATIN1 = /[\u0100-\uffff]/
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function endsCanonically(text: string): boolean {
  const spare = text.length % 4
  if (spare === 0) return true
  const last = ALPHABET.indexOf(text.charAt(text.length - 1))
  return (last & (spare === 2 ? 0b1111 : 0b11)) === 0
}
