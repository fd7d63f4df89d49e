import { isoTime } from './marshal-time.ts'
import { RubyFloat, type RubyValue } from './marshal-value.ts'
import { dateText } from './message-pack-dates.ts'
import { decimalText } from './message-pack-numbers.ts'

/** What an object says of itself: its instance variables by name. */
export type Variables = ReadonlyMap<string, RubyValue>

/** Julian days per period of Ruby's calendar, of which only the one that we live in is read. */
const EPOCH = 2_440_588
const DAY = 86_400_000

/**
 * The value of an object that Ruby wrote by its instance variables (`o`), as Rails' JSON has it. `undefined` in a form that
 * is not known.
 */
export const OBJECTS: ReadonlyMap<string, (variables: Variables) => RubyValue | undefined> = new Map([
  ['Range', rangeText],
  ['Pathname', (path: Variables) => text(path.get('@path'))],
  ['ActiveSupport::Duration', (duration: Variables) => wholeSeconds(duration.get('@value'))],
  ['ActiveSupport::TimeZone', (zone: Variables) => text(zone.get('@name'))],
])

/** The same of one that Ruby wrote by what its `marshal_dump` gave (`U`): an array. */
export const MARSHALLED: ReadonlyMap<string, (parts: readonly RubyValue[]) => RubyValue | undefined> = new Map([
  [
    'Date',
    ([period, day]: readonly RubyValue[]) => (period === 0 && isWhole(day) ? known(() => dateText(day)) : undefined),
  ],
  ['DateTime', dateTimeText],
  ['ActiveSupport::TimeWithZone', zonedText],
  ['Rational', rationalText],
  ['Complex', complexText],
])

/** The same of one that Ruby wrote as bytes of its own (`u`), apart from Time. */
export const DUMPED: ReadonlyMap<string, (bytes: Uint8Array) => RubyValue | undefined> = new Map([
  ['BigDecimal', (bytes: Uint8Array) => known(() => decimalText(Buffer.from(bytes).toString('latin1')))],
])

/** `Regexp#to_s`: `(?mi-x:a)`. `undefined` for a pattern that begins with a group of options, of which Ruby makes one. */
export function regexpText(source: string, options: number): string | undefined {
  if (source.startsWith('(?')) return undefined
  const isOn = ([, bit]: readonly [string, number]): boolean => (options & bit) !== 0
  const flags = FLAGS.filter((flag) => isOn(flag))
    .map(([name]) => name)
    .join('')
  const others = FLAGS.filter((flag) => !isOn(flag))
    .map(([name]) => name)
    .join('')
  const escaped = source.replaceAll(/\\.|\//gs, (part) => (part === '/' ? '\\/' : part))
  return `(?${flags}${others === '' ? '' : `-${others}`}:${escaped})`
}

/** In the order in which Ruby says them. */
const FLAGS = [
  ['m', 4],
  ['i', 1],
  ['x', 2],
] as const

function text(value: RubyValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function isWhole(value: RubyValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value)
}

function known<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined // a form that Ruby does not write, or a time that ISO 8601 does not
  }
}

function wholeSeconds(value: RubyValue | undefined): RubyValue | undefined {
  if (value instanceof RubyFloat) return value.value
  if (typeof value === 'bigint') return value
  return typeof value === 'number' ? Math.trunc(value) : undefined
}

/** Ends that Ruby's `to_s` says as JSON does, and Floats. */
function rangeText(range: Variables): string | undefined {
  const ends = ['begin', 'end'].map((name) => endText(range.get(name)))
  const [from, to] = ends
  const excludes = range.get('excl')
  if (from === undefined || to === undefined || typeof excludes !== 'boolean') return undefined
  return `${from}${excludes ? '...' : '..'}${to}`
}

function endText(end: RubyValue | undefined): string | undefined {
  if (end === null) return ''
  if (typeof end === 'string') return /^\d{4}-\d\d-\d\dT/.test(end) ? undefined : end // Ruby says a Time in another way
  return numberText(end)
}

function numberText(value: RubyValue | undefined): string | undefined {
  if (typeof value === 'bigint') return String(value)
  const number = value instanceof RubyFloat ? value.value : value
  if (typeof number !== 'number') return undefined
  // Beyond these Ruby writes powers of ten, in another form than JavaScript.
  if (Math.abs(number) >= 1e16 || (number !== 0 && Math.abs(number) < 1e-4)) return undefined
  const sign = Object.is(number, -0) ? '-' : ''
  return `${sign}${number}${value instanceof RubyFloat ? '.0' : ''}`
}

function rationalText(parts: readonly RubyValue[]): string | undefined {
  const [numerator, denominator] = parts.map((part) => (part instanceof RubyFloat ? undefined : numberText(part)))
  return numerator === undefined || denominator === undefined ? undefined : `${numerator}/${denominator}`
}

function complexText(parts: readonly RubyValue[]): string | undefined {
  const [real, imaginary] = parts.map(numberText)
  if (real === undefined || imaginary === undefined) return undefined
  return `${real}${imaginary.startsWith('-') ? '' : '+'}${imaginary}i`
}

/** Period, Julian day, second and nanosecond of the day in UTC, and the offset in seconds. */
function dateTimeText(parts: readonly RubyValue[]): string | undefined {
  const [period, day, second, nanosecond, offset] = parts
  if (period !== 0 || !isWhole(day) || !isWhole(second) || !isWhole(nanosecond) || !isWhole(offset)) return undefined
  if (known(() => dateText(day)) === undefined) return undefined
  return isoTime((day - EPOCH) * DAY + second * 1000 + Math.floor(nanosecond / 1e6), offset)
}

/** The time in UTC, the name of the zone, and the time as that zone's clocks show it, written as if it were UTC. */
function zonedText(parts: readonly RubyValue[]): string | undefined {
  const [utc, zone, local] = parts.map(text)
  if (utc === undefined || zone === undefined || local === undefined) return undefined
  const [moment, shown] = [Date.parse(utc), Date.parse(local)]
  if (Number.isNaN(moment) || Number.isNaN(shown)) return undefined
  if (/^(?:Etc\/)?(?:UTC|UCT|Universal|Zulu)$/.test(zone)) return isoTime(moment)
  return isoTime(moment, Math.round((shown - moment) / 1000))
}
