/**
 * The way back from `writeEscaped`: percent-decoding, strict base64 and the separators in one pass. It reads what Rails
 * writes, letter by letter, and nothing else; whatever else Rails reads, and what it refuses, is for the general path.
 */

/** More than any cookie holds. */
const MAXIMUM_CHARACTERS = 8192

/** The text, and what is read beyond its end: four digits that are none, and three bytes more. */
const source = Buffer.allocUnsafeSlow(MAXIMUM_CHARACTERS + 7)
const sourceView = new DataView(source.buffer)
const target = Buffer.allocUnsafeSlow(MAXIMUM_CHARACTERS)
const targetView = new DataView(target.buffer)
/** Where the next character stands in `source`. */
let place = 0

const DIGITS_UNESCAPED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** By character: six bits, or -1 for none. */
const DIGITS = Int32Array.from({ length: 256 }, (_, code) => DIGITS_UNESCAPED.indexOf(String.fromCharCode(code)))
/** A digit that has no bits. */
const PADDING = 64

/**
 * The bytes of the first part of a message, in scratch space that is good only until the next call; those behind it go to
 * `others`, which they have to fill. `undefined` for any other text, and where the first part is empty.
 */
export function readEscaped(text: string, others: readonly Buffer[]): Buffer | undefined {
  // A character that is not ASCII takes more than one byte.
  if (text.length > MAXIMUM_CHARACTERS || source.write(text) !== text.length) return undefined
  sourceView.setUint32(text.length, 0)
  place = 0
  const length = readPart(0)
  if (length === 0) return undefined
  for (const other of others) {
    if (sourceView.getUint16(place) !== SEPARATOR) return undefined
    place += 2
    if (readPart(length) !== length + other.length) return undefined
    // Byte by byte: a call of `copy` takes longer.
    for (let at = 0; at < other.length; at++) other[at] = target[length + at] as number // as: it was just read
  }
  return place === text.length ? target.subarray(0, length) : undefined
}

const SEPARATOR = 0x2d2d

/** Base64 from `place` to where it ends; gives where its bytes end. */
function readPart(start: number): number {
  let from = place
  let to = start
  for (;;) {
    const word = sourceView.getInt32(from)
    // as, four times: there are 256
    const bits =
      ((DIGITS[word >>> 24] as number) << 18) |
      ((DIGITS[(word >>> 16) & 255] as number) << 12) |
      ((DIGITS[(word >>> 8) & 255] as number) << 6) |
      (DIGITS[word & 255] as number)
    if (bits >= 0) {
      targetView.setInt32(to, bits << 8) // one byte too much, which the next write overwrites
      from += 4
      to += 3
      continue
    }
    const a = digitAt(from)
    const second = from + widthOf(a)
    const b = digitAt(second)
    const third = second + widthOf(b)
    const c = digitAt(third)
    const fourth = third + widthOf(c)
    const d = digitAt(fourth)
    if (!isDigit(a | b | c | d)) {
      const length = isDigit(a | b) && d === PADDING ? lastLength(b, c) : 0
      if (length > 0) targetView.setInt32(to, (a << 26) | (b << 20) | ((c & 63) << 14))
      place = length > 0 ? fourth + widthOf(d) : from
      return to + length
    }
    targetView.setInt32(to, (a << 26) | (b << 20) | (c << 14) | (d << 8))
    from = fourth + widthOf(d)
    to += 3
  }
}

/** How many bytes there are before padding; 0 where it may not stand there, or bits that carry no data are not zero. */
function lastLength(b: number, c: number): number {
  if (c === PADDING) return (b & 15) === 0 ? 1 : 0
  return isDigit(c) && (c & 3) === 0 ? 2 : 0
}

/** Of several at once, whether all of them are. */
function isDigit(digits: number): boolean {
  return (digits & ~63) === 0
}

function digitAt(at: number): number {
  const word = sourceView.getInt32(at)
  const escaped = word >>> 8
  if (escaped === PLUS) return 62
  if (escaped === SLASH) return 63
  return escaped === EQUALS ? PADDING : (DIGITS[word >>> 24] as number) // as: there are 256
}

/** `%2B`, `%2F` and `%3D`. */
const [PLUS, SLASH, EQUALS] = [0x253242, 0x253246, 0x253344]

/** Characters that a digit takes: three, where it is escaped. */
function widthOf(digit: number): number {
  return digit < 62 ? 1 : 3
}
