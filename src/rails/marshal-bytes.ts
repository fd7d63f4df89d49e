import { utf8Text } from './marshal-value.ts'

/** How much a payload may hold once its links are followed: bytes of text and numbers, and one for each value. */
const MAXIMUM_WEIGHT = 2 ** 20

/**
 * A Marshal payload that cannot be read as plain data. The message names classes, encodings and sizes, never values:
 * `a Marshal payload holds an object of class Account`.
 */
export class MarshalError extends Error {
  override readonly name = 'MarshalError'
}

/** Ends the sentence of who holds an object of a class, or what else only Ruby can hold. */
export function holdsClass(name: string, what = 'an object of class'): string {
  return `holds ${what} ${name.length > 100 ? `${name.slice(0, 100)}…` : name}`
}

/** The bytes of a payload, front to back (Ruby's marshal.c: `r_byte`, `r_long`, `r_bytes`). */
export class MarshalBytes {
  readonly #bytes: Uint8Array
  #at = 0
  #weight = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** How many bytes were read. */
  get position(): number {
    return this.#at
  }

  /** Bytes that were read already, or will be. */
  between(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(start, end)
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  /** What was read so far, with what links repeated. */
  get weight(): number {
    return this.#weight
  }

  /** @throws {@link MarshalError} when links make a small payload large */
  weigh(more: number): void {
    this.#weight += more
    if (this.#weight > MAXIMUM_WEIGHT)
      throw new MarshalError(`a Marshal payload holds more than ${MAXIMUM_WEIGHT} bytes`)
  }

  /** The next two bytes as Latin-1, which stay where they are. */
  peek(): string {
    return String.fromCharCode(...this.#bytes.subarray(this.#at, this.#at + 2))
  }

  byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw new MarshalError('a Marshal payload ends too early')
    this.#at += 1
    return byte
  }

  /** The character that says what follows. */
  type(): string {
    this.weigh(1)
    return String.fromCharCode(this.byte())
  }

  /** The next `length` bytes, not copied. */
  take(length: number): Uint8Array {
    if (length > this.remaining) throw new MarshalError('a Marshal payload ends too early')
    this.weigh(length)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** A Fixnum: itself in one byte from -123 to 122, else a count of bytes, little-endian, negative below zero. */
  long(): number {
    const head = (this.byte() << 24) >> 24
    if (head === 0) return 0
    if (head > 4) return head - 5
    if (head < -4) return head + 5
    const size = Math.abs(head)
    let value = head < 0 ? -(2 ** (8 * size)) : 0
    for (let at = 0; at < size; at++) value += this.byte() * 2 ** (8 * at)
    return value
  }

  /** How many items of at least `itemBytes` bytes follow. Refused where they cannot, before anybody makes room for them. */
  count(itemBytes: number): number {
    const count = this.long()
    if (count < 0 || count * itemBytes > this.remaining)
      throw new MarshalError('a Marshal payload has an impossible size')
    return count
  }

  /** Length and bytes. */
  bytes(): Uint8Array {
    return this.take(this.count(1))
  }

  /** Length and bytes of UTF-8; `what` says in the error what it was to be. */
  text(what: string): string {
    const text = utf8Text(this.bytes())
    if (text === undefined) throw new MarshalError(`a Marshal payload holds ${what} that is not UTF-8`)
    return text
  }
}
