import { nullObject } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import { isContainer, RubyFloat, rubyHash, type RubyValue } from './marshal-value.ts'

/** A Ruby value as a session can hold it: an integer beyond 2⁵³ becomes the nearest number that JavaScript has. */
export function toJson(value: RubyValue): Json {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof RubyFloat) return value.value
  if (!isContainer(value)) return value
  if (Array.isArray(value)) return value.map(toJson)
  const object = nullObject()
  for (const [key, item] of Object.entries(value)) object[key] = toJson(item)
  return object
}

/** The same value with JavaScript's numbers for Ruby's Floats; integers stay as they are. */
export function withoutFloats(value: RubyValue): RubyValue {
  if (value instanceof RubyFloat) return value.value
  if (!isContainer(value)) return value
  if (Array.isArray(value)) return value.map(withoutFloats)
  const hash = rubyHash()
  for (const [key, item] of Object.entries(value)) hash[key] = withoutFloats(item)
  return hash
}

/** Whether there is a number in it that `toJson` would round, or that JavaScript's JSON would show as another type. */
export function losesDigits(value: RubyValue): boolean {
  if (typeof value === 'bigint' || value instanceof RubyFloat || isLargeFloat(value)) return true
  if (!isContainer(value)) return false
  return Object.values(value).some(losesDigits)
}

/** JSON with every digit of such an integer, and in which a Float looks like one: `1.0`, `1e+20`. */
export function exactJson(value: RubyValue): string {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof RubyFloat) return floatText(value.value)
  if (isLargeFloat(value)) return floatText(value)
  if (!isContainer(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${exactJson(item)}`)
  return `{${members.join(',')}}`
}

/** The value that JSON text holds, to the last digit: the way back from `exactJson`. */
export function exactValue(text: string): RubyValue {
  // as: JSON holds nothing else, and the reviver makes `bigint`s at most
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source
    if (typeof value !== 'number' || source === undefined || Number.isSafeInteger(value)) return value
    return /^-?\d+$/.test(source) ? BigInt(source) : value
  }) as RubyValue
}

function floatText(value: number): string {
  if (!Number.isSafeInteger(value)) return value.toExponential()
  return `${Object.is(value, -0) ? '-' : ''}${value}.0`
}

/** A whole number beyond 2⁵³ that is no `bigint` was a Float; without an exponent Ruby would read an Integer. */
function isLargeFloat(value: RubyValue): value is number {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
}
