import { encode, ExtData } from '@msgpack/msgpack'
import { isPrototypeKey, MAXIMUM_DEPTH, nullObject } from '../serializers/plain.ts'
import { isTooDeep, RubyFloat, rubyInteger, type RubyHash, type RubyValue } from './marshal-value.ts'
import { MessagePackError } from './message-pack-error.ts'
import { writeBigint } from './message-pack-numbers.ts'
import { readValues } from './message-pack-values.ts'

export { MessagePackError } from './message-pack-error.ts'

/** `128` in MessagePack, which Rails puts in front (active_support/message_pack/serializer.rb, `SIGNATURE`). */
export const SIGNATURE: Uint8Array = Uint8Array.of(0xcc, 0x80)
/** The extension type of integers beyond 64 bits. */
const BIGINT = 1

/**
 * Reads what a Rails from 7.1 wrote with `:message_pack`, into plain data. Values that JSON has not come back as Rails' JSON
 * would write them: a Symbol as text, a Time as ISO 8601 with three digits, a Set as an array. Whole floats are integers
 * here. Rules for keys, nesting and UTF-8 are those of {@link import('./marshal.ts').loadMarshal}.
 *
 * @throws {@link MessagePackError}, and nothing else
 */
export function loadMessagePack(bytes: Uint8Array): RubyValue {
  if (bytes[0] !== SIGNATURE[0] || bytes[1] !== SIGNATURE[1]) {
    throw new MessagePackError('a payload does not begin as Rails begins MessagePack')
  }
  const [value, ...more] = readValues(bytes.subarray(2), 0)
  if (value === undefined || more.length > 0) throw new MessagePackError('a MessagePack payload is not one value')
  return value
}

/**
 * Writes plain data as Rails would: the signature, the keys in their order, every integer in its shortest form. A lone
 * surrogate becomes U+FFFD, because Ruby has no such string.
 *
 * @throws {@link MessagePackError} for `NaN`, infinities, prototype keys, more than 100 levels, and what is no plain data
 */
export function dumpMessagePack(value: RubyValue): Uint8Array {
  const body = encode(writable(value, 0), { useBigInt64: true, maxDepth: MAXIMUM_DEPTH + 1 }) // values within the last
  return Buffer.concat([SIGNATURE, body])
}

/** What the library writes as Ruby would: with `useBigInt64` it writes numbers beyond 32 bits as floats. */
type Writable = string | number | bigint | boolean | null | ExtData | Writable[] | { [key: string]: Writable }

function writable(value: RubyValue, depth: number): Writable {
  switch (typeof value) {
    case 'string':
      return value.toWellFormed()
    case 'number':
      return writableNumber(value)
    case 'bigint':
      return writableInteger(value)
    case 'boolean':
      return value
    case 'object':
      // The library writes whole numbers as integers. JSON's `1e400` is infinite to Ruby, and null when Rails writes JSON of it.
      if (value instanceof RubyFloat) return Number.isFinite(value.value) ? writableNumber(value.value) : null
      return value === null ? null : writableContainer(value, depth)
    default:
      throw new MessagePackError(`MessagePack has no ${typeof value}`)
  }
}

function writableNumber(value: number): number | bigint {
  if (!Number.isFinite(value)) throw new MessagePackError(`MessagePack would hold ${value}, which JSON cannot`)
  return Number.isSafeInteger(value) && (value > 0xffff_ffff || value < -0x8000_0000) ? BigInt(value) : value
}

function writableInteger(value: bigint): number | bigint | ExtData {
  const integer = rubyInteger(value)
  if (typeof integer === 'number') return writableNumber(integer)
  const fits = value > -(2n ** 63n) && value < 2n ** 64n // msgpack-ruby has -2^63 as an extension, too
  return fits ? value : new ExtData(BIGINT, writeBigint(value))
}

function writableContainer(value: RubyValue[] | RubyHash, depth: number): Writable {
  if (isTooDeep(depth)) throw new MessagePackError('the data is nested too deep')
  if (Array.isArray(value)) return Array.from(value, (item) => writable(item, depth + 1)) // `map` would leave holes
  if (!isHash(value)) throw new MessagePackError('MessagePack would hold an object that is no plain data')
  const hash: { [key: string]: Writable } = {} // prototype keys are refused
  for (const [key, item] of Object.entries(value)) {
    if (isPrototypeKey(key)) throw new MessagePackError('the data has a key that reaches prototypes')
    hash[key.toWellFormed()] = writable(item, depth + 1)
  }
  return hash
}

/** Whether `value` is what its type says: a caller without types may bring a Date, of which nothing would be left. */
function isHash(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || prototype === Object.getPrototypeOf(nullObject())
}
