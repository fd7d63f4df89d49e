import { isBytes } from '../bytes.ts'
import { ExtData } from '@msgpack/msgpack'
import type { RubyValue } from './marshal-value.ts'
import { dateText, dateTimeText, timeText, zonedTimeText } from './message-pack-dates.ts'
import { MessagePackError } from './message-pack-error.ts'
import { decimalText, readBigint } from './message-pack-numbers.ts'

/** A value of an extension type, in the readings that Rails gives to its bytes. */
export interface Extension {
  readonly type: number
  readonly bytes: Uint8Array
  /** The bytes as UTF-8. */
  text(): string
  /** The bytes as MessagePack values, one behind the other; text in them is still bytes, a map an object. */
  items(): unknown[]
  /** One of {@link items} as plain data. */
  plain(item: unknown): RubyValue
}

/**
 * What Rails' JSON makes of each type in active_support/message_pack/extensions.rb (7.1 to 8.2), by number. A TimeZone
 * becomes its name; of a Range and a Duration, floats lose their `.0`. Not here: 127, objects of the application.
 */
const EXTENSIONS = new Map<number, (extension: Extension) => RubyValue>([
  [0, (symbol) => symbol.text()],
  [1, (extension) => readBigint(extension.bytes)],
  [2, (decimal) => decimalText(decimal.text())],
  [3, rationalText],
  [4, complexText],
  [5, dateTime],
  [6, (date) => dateText(only(date, integers(date)))],
  [7, time],
  [8, timeWithZone],
  [9, (timeZone) => timeZone.text()],
  [10, duration],
  [11, range],
  [12, set],
  [13, (uri) => uri.text()],
  [14, (address) => textOf(address, only(address, address.items()))],
  [15, (path) => path.text()],
  [16, (pattern) => pattern.text()],
  [17, indifferentHash],
  [18, safeBuffer],
])

/** The types that may end a Range: Symbol, Integer, Date. */
const RANGE_ENDS: ReadonlySet<number> = new Set([0, 1, 6])

/** @throws {@link MessagePackError} that names the number of a type that Rails has not */
export function extensionValue(extension: Extension): RubyValue {
  const read = EXTENSIONS.get(extension.type)
  if (read !== undefined) return read(extension)
  throw new MessagePackError(`a MessagePack payload holds a value of the extension type ${extension.type}`)
}

function broken(extension: Extension): MessagePackError {
  return new MessagePackError(`a MessagePack payload has a broken value of the extension type ${extension.type}`)
}

function only<Item>(extension: Extension, items: readonly Item[]): Item {
  const [item] = items
  if (item === undefined || items.length !== 1) throw broken(extension)
  return item
}

function integers(extension: Extension): number[] {
  return extension.items().map((item) => integer(extension, item))
}

function integer(extension: Extension, item: unknown): number {
  const value = typeof item === 'number' || typeof item === 'bigint' ? extension.plain(item) : undefined
  if (typeof value !== 'number' || !Number.isInteger(value)) throw broken(extension)
  return value
}

function textOf(extension: Extension, item: unknown): string {
  const value = isBytes(item) ? extension.plain(item) : undefined
  if (typeof value !== 'string') throw broken(extension)
  return value
}

/** Takes numerator and denominator from the front of `numbers`; Rails leaves the denominator of 0 out. */
function takeFraction(extension: Extension, numbers: number[]): [number, number] {
  const numerator = numbers.shift()
  const denominator = numerator === 0 ? 1 : numbers.shift()
  if (numerator === undefined || denominator === undefined || denominator < 1) throw broken(extension)
  return [numerator, denominator]
}

function rationalText(extension: Extension): string {
  const numbers = integers(extension)
  const text = takeFraction(extension, numbers).join('/')
  if (numbers.length > 0) throw broken(extension)
  return text
}

function complexText(extension: Extension): string {
  const [real, imaginary, ...more] = integers(extension)
  if (real === undefined || imaginary === undefined || more.length > 0) throw broken(extension)
  return `${real}${imaginary < 0 ? '-' : '+'}${Math.abs(imaginary)}i`
}

/** Day, hour, minute and second where it was, the fraction of the second, and the offset as a fraction of a day. */
function dateTime(extension: Extension): string {
  const numbers = integers(extension)
  const [day, hour, minute, second] = numbers.splice(0, 4)
  if (day === undefined || hour === undefined || minute === undefined || second === undefined) throw broken(extension)
  const [part, ofSecond] = takeFraction(extension, numbers)
  const [offset, ofDay] = takeFraction(extension, numbers)
  if (numbers.length > 0) throw broken(extension)
  const milliseconds = ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor((part * 1000) / ofSecond)
  return dateTimeText(day, milliseconds, Math.round((offset * 86_400) / ofDay))
}

function time(extension: Extension): string {
  const [seconds, nanoseconds, offset, ...more] = integers(extension)
  if (seconds === undefined || nanoseconds === undefined || offset === undefined || more.length > 0)
    throw broken(extension)
  return timeText(seconds, nanoseconds, offset)
}

/** A Time in UTC, whose offset says nothing, and the name of the zone. */
function timeWithZone(extension: Extension): string {
  const items = extension.items()
  const zone = textOf(extension, items[3])
  const [seconds = 0, nanoseconds = 0] = items.slice(0, 3).map((item) => integer(extension, item))
  if (items.length > 4) throw broken(extension)
  return zonedTimeText(seconds, nanoseconds, zone)
}

/** Whole seconds; how they were said (2 days, 1 hour) is lost in JSON. */
function duration(extension: Extension): number {
  const [value, parts, ...more] = extension.items()
  if (!Array.isArray(parts) || more.length > 0) throw broken(extension)
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : integer(extension, value)
}

/** `1..3`, `a...z`, `2026-01-01..`: ends that JSON text and Ruby's `to_s` say alike. */
function range(extension: Extension): string {
  const [begin, end, isExclusive, ...more] = extension.items()
  if (typeof isExclusive !== 'boolean' || more.length > 0) throw broken(extension)
  const [from, to] = [begin, end].map((item) => rangeEnd(extension, item))
  return `${from}${isExclusive ? '...' : '..'}${to}`
}

/** Nothing that holds another extension, which could nest without end; no Time, of which Ruby writes another text here. */
function rangeEnd(extension: Extension, item: unknown): string {
  if (item === null) return ''
  if (typeof item === 'number') return String(item)
  const isText = isBytes(item) || (item instanceof ExtData && RANGE_ENDS.has(item.type))
  const value = isText || typeof item === 'bigint' ? extension.plain(item) : null
  if (typeof value === 'object' || typeof value === 'boolean') throw broken(extension)
  return String(value)
}

/** Array and hash count as levels, so that no extension nests without one. */
function set(extension: Extension): RubyValue {
  const items = only(extension, extension.items())
  if (!Array.isArray(items)) throw broken(extension)
  return extension.plain(items)
}

function indifferentHash(extension: Extension): RubyValue {
  const hash = only(extension, extension.items())
  if (typeof hash !== 'object' || hash === null || Object.getPrototypeOf(hash) !== Object.prototype)
    throw broken(extension)
  return extension.plain(hash)
}

/**
 * Rails 8.1 writes the bare text, Rails 8.2 a MessagePack string around it, which is told by its head: no UTF-8 begins as a
 * short string does, and text that begins as a longer one would have to be exactly as long as its second letter says.
 */
function safeBuffer(extension: Extension): string {
  const { bytes } = extension
  const head = bytes[0] ?? 0
  const sizeBytes = head >= 0xa0 && head < 0xc0 ? 0 : [1, 2, 4][head - 0xd9]
  if (sizeBytes === undefined) return extension.text()
  let size = sizeBytes === 0 ? head & 31 : 0
  for (const byte of bytes.subarray(1, 1 + sizeBytes)) size = size * 256 + byte
  if (bytes.length !== 1 + sizeBytes + size) return extension.text()
  return textOf(extension, only(extension, extension.items()))
}
