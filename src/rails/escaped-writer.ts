/**
 * Base64 and percent-encoding in one pass, straight from the bytes: of two characters in 64, `+` and `/`, three have to be
 * made, and to look for them in the text takes a quarter of what all of a seal does.
 */

/** More than any cookie holds. */
const MAXIMUM_BYTES = 4096
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const FIRST_ESCAPED = 62

/** A part, and what is read beyond its end. */
const source = Buffer.allocUnsafeSlow(MAXIMUM_BYTES + 4)
const sourceView = new DataView(source.buffer)
/** Room for an escape in place of every character of three parts, and for what is written beyond the last. */
const target = Buffer.allocUnsafeSlow(4 * (MAXIMUM_BYTES + 16))
const targetView = new DataView(target.buffer)

/** By six bits: what is written for them, the first character in the lowest byte, how many there are in the highest. */
const ESCAPED = Uint32Array.from(ALPHABET, (character) => packed(encodeURIComponent(character)))
/** By twelve bits: two characters, the first in the lower byte; 0 where one of them has to be escaped. */
const PAIRS = new Uint16Array(4096)
for (let first = 0; first < FIRST_ESCAPED; first++)
  for (let second = 0; second < FIRST_ESCAPED; second++)
    PAIRS[(first << 6) | second] = ALPHABET.charCodeAt(first) | (ALPHABET.charCodeAt(second) << 8)
const PADDING = packed('%3D')
const SEPARATOR = packed('--')

/** The three parts of a message, each in base64 with `--` between them, percent-encoded. `undefined` where that is too much. */
export function writeEscaped(parts: readonly Buffer[]): string | undefined {
  let at = 0
  let bytes = 0
  for (const part of parts) {
    if ((bytes += part.length) > MAXIMUM_BYTES) return undefined
    if (at > 0) at = writePacked(SEPARATOR, at)
    at = writePart(part, at)
  }
  return target.toString('latin1', 0, at)
}

function writePart(part: Buffer, start: number): number {
  let at = start
  source.set(part)
  sourceView.setUint16(part.length, 0)
  let from = 0
  for (; from < part.length; from += 3) {
    const bits = sourceView.getUint32(from) >>> 8
    const [first, second] = [PAIRS[bits >> 12] as number, PAIRS[bits & 4095] as number] // as: there are 4096
    if (first !== 0 && second !== 0) {
      targetView.setUint32(at, first | (second << 16), true)
      at += 4
    } else at = writeGroup(bits, at)
  }
  // What is missing of the last three bytes was written as zeros, which take one character each.
  const missing = from - part.length
  at -= missing
  for (let count = 0; count < missing; count++) at = writePacked(PADDING, at)
  return at
}

function writeGroup(bits: number, at: number): number {
  return writeDigit(bits, writeDigit(bits >> 6, writeDigit(bits >> 12, writeDigit(bits >> 18, at))))
}

function writeDigit(bits: number, at: number): number {
  return writePacked(ESCAPED[bits & 63] as number, at) // as: there are 64
}

/** Four bytes at once, of which the next write overwrites what is too much. */
function writePacked(characters: number, at: number): number {
  targetView.setUint32(at, characters, true)
  return at + (characters >>> 24)
}

function packed(characters: string): number {
  return Buffer.from(characters.padEnd(3) + String.fromCharCode(characters.length)).readUInt32LE()
}
