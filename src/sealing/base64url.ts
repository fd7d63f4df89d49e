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
 * all of these, and reads U+0141 as "A"; if we did, several texts would open to one seal. Encoding what was decoded must
 * therefore give the text again.
 *
 * `target` must hold `base64urlBytes(text.length)` bytes.
 */
export function decodeBase64url(text: string, target: Buffer): boolean {
  const length = base64urlBytes(text.length)
  if (length < 0 || target.write(text, 0, length, 'base64url') !== length) return false
  return target.toString('base64url', 0, length) === text
}
