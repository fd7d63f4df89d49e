import type { MarshalHash } from './marshal.ts'
import type { Extent } from './marshal-links.ts'
import { RubyFloat, type RubyValue } from './marshal-value.ts'

const MINIMUM_FIXNUM = -(2 ** 30)
const MAXIMUM_FIXNUM = 2 ** 30 - 1

/**
 * A hash in Marshal 4.8 whose values are plain data, or stand in a payload that Ruby wrote and go on as they are: objects of
 * any class, which only Ruby can read. Symbols and objects are numbered anew (Ruby's marshal.c, `w_symbol`, `w_object`).
 */
export class MarshalWriter {
  readonly #from: MarshalHash
  readonly #pieces: Uint8Array[] = []
  /** The numbers here of what has other numbers in the payload that it comes from. */
  readonly #symbols = new Map<number, number>()
  readonly #objects = new Map<number, number>()
  #symbolCount = 0
  /** The hash itself is the first. */
  #objectCount = 1
  #memberCount = 0

  constructor(from: MarshalHash) {
    this.#from = from
    this.#objects.set(0, 0)
  }

  /** A key and its value as they came. */
  keep(extents: { readonly key: Extent; readonly value: Extent }): void {
    this.#memberCount++
    this.#copy(extents.key)
    this.#copy(extents.value)
  }

  /** A key and a value of ours. */
  write(key: string, value: RubyValue): void {
    this.#memberCount++
    this.#value(key)
    this.#value(value)
  }

  end(): Buffer {
    return Buffer.concat([Buffer.from('\x04\b{', 'latin1'), integer(this.#memberCount), ...this.#pieces])
  }

  #value(value: RubyValue): void {
    if (value === null || typeof value === 'boolean') this.#ascii(value === null ? '0' : value ? 'T' : 'F')
    else if (typeof value === 'string') this.#text(value)
    else if (typeof value === 'bigint') this.#bignum(value)
    else if (typeof value === 'number' || value instanceof RubyFloat) this.#number(value)
    else if (Array.isArray(value)) this.#container('[', value.length, value)
    else this.#container('{', Object.keys(value).length, Object.entries(value).flat())
  }

  /** UTF-8, which the instance variable `E` says. */
  #text(text: string): void {
    const bytes = Buffer.from(text.toWellFormed())
    this.#objectCount++
    this.#symbolCount++
    this.#pieces.push(ascii('I"'), integer(bytes.length), bytes, ascii('\x06:\x06ET'))
  }

  #number(value: number | RubyFloat): void {
    const number = value instanceof RubyFloat ? value.value : value
    if (typeof value === 'number' && Number.isSafeInteger(number) && !Object.is(number, -0)) {
      if (number < MINIMUM_FIXNUM || number > MAXIMUM_FIXNUM) this.#bignum(BigInt(number))
      else this.#pieces.push(ascii('i'), integer(number))
      return
    }
    const text = ascii(Object.is(number, -0) ? '-0' : String(number))
    this.#objectCount++
    this.#pieces.push(ascii('f'), integer(text.length), text)
  }

  #bignum(value: bigint): void {
    const digits = (value < 0n ? -value : value).toString(16)
    const bytes = Buffer.from(digits.padStart(Math.ceil(digits.length / 4) * 4, '0'), 'hex').toReversed()
    this.#objectCount++
    this.#pieces.push(ascii(value < 0n ? 'l-' : 'l+'), integer(bytes.length / 2), bytes)
  }

  #container(type: '[' | '{', count: number, items: readonly RubyValue[]): void {
    this.#objectCount++
    this.#pieces.push(ascii(type), integer(count))
    for (const item of items) this.#value(item)
  }

  /** Bytes as they came, but for the numbers in them. What they link to and is not here yet is written in that place. */
  #copy({ start, end, firstMark, lastMark }: Extent): void {
    const { links, source } = this.#from
    let at = start
    for (const { kind, number, start: from, end: to } of links.marks.slice(firstMark, lastMark)) {
      if (kind === 'object') {
        this.#objects.set(number, this.#objectCount++)
        continue
      }
      this.#pieces.push(source.between(at, from))
      at = to
      if (kind === 'symbol') {
        this.#symbols.set(number, this.#symbolCount++)
        this.#pieces.push(source.between(from, to))
      } else if (kind === 'symbol-link') {
        this.#link(';', this.#symbols.get(number), links.symbolExtent(number))
      } else {
        this.#link('@', this.#objects.get(number), links.objectExtent(number))
      }
    }
    this.#pieces.push(source.between(at, end))
  }

  #link(type: ';' | '@', number: number | undefined, first: Extent | undefined): void {
    if (number !== undefined) this.#pieces.push(ascii(type), integer(number))
    else if (first !== undefined) this.#copy(first)
  }

  #ascii(text: string): void {
    this.#pieces.push(ascii(text))
  }
}

function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** A Fixnum's bytes, as Ruby's `w_long` has them. */
function integer(value: number): Buffer {
  if (value === 0) return Buffer.of(0)
  if (value > 0 && value < 123) return Buffer.of(value + 5)
  if (value < 0 && value > -124) return Buffer.of((value - 5) & 0xff)
  const bytes: number[] = []
  let rest = value
  while (rest !== (value < 0 ? -1 : 0)) {
    bytes.push(rest & 0xff)
    rest >>= 8
  }
  return Buffer.of((value < 0 ? -bytes.length : bytes.length) & 0xff, ...bytes)
}
