import { nullObject } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import { isContainer, RubyFloat, rubyHash, type RubyValue } from './marshal-value.ts'

/**
 * A Ruby value as a session can hold it. An integer beyond 2⁵³, which no JavaScript number holds, is its digits as text:
 * `'18446744073709551615'`. It goes back as the integer that it is, see {@link withExactNumbers}.
 */
export function toJson(value: RubyValue): Json {
  if (typeof value === 'bigint') return String(value)
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

/** JSON with every digit of such an integer, and in which a Float looks like one: `1.0`, `1e+20`. */
export function exactJson(value: RubyValue): string {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof RubyFloat) return value.text ?? floatText(value.value)
  if (isLargeFloat(value)) return floatText(value)
  if (!isContainer(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${exactJson(item)}`)
  return `{${members.join(',')}}`
}

/** Whether JSON text has a number that JavaScript would write in another way: `1.0`, `1e3`, 16 digits or more. */
export function hasExactNumbers(text: string): boolean {
  return /\d(?:[.eE]|\d{15})/.test(text)
}

/**
 * What a handler made of a value, with the numbers that the value came with: an integer whose digits stand there as text, and a
 * Float at the place where it was, also where items came or went in front of it or behind it.
 *
 * @param before what the key held when it came
 */
export function withExactNumbers(value: Json, before: RubyValue | undefined): RubyValue {
  const integers = new Map<string, bigint>()
  collectIntegers(before, integers)
  return exact(value, before)

  function exact(item: Json, former: RubyValue | undefined): RubyValue {
    if (typeof item === 'string') return former === item ? item : (integers.get(item) ?? item)
    if (typeof item === 'number') return former instanceof RubyFloat && Object.is(former.value, item) ? former : item
    if (Array.isArray(item)) {
      const partnerOf = partners(item, Array.isArray(former) ? former : [])
      return item.map((each, at) => exact(each, partnerOf(at)))
    }
    if (typeof item !== 'object' || item === null) return item
    const formerHash = former !== undefined && isContainer(former) && !Array.isArray(former) ? former : {}
    const hash = rubyHash()
    for (const [key, each] of Object.entries(item)) {
      hash[key] = exact(each, Object.hasOwn(formerHash, key) ? formerHash[key] : undefined)
    }
    return hash
  }
}

function collectIntegers(value: RubyValue | undefined, integers: Map<string, bigint>): void {
  if (typeof value === 'bigint') integers.set(String(value), value)
  else if (value !== undefined && isContainer(value))
    for (const item of Object.values(value)) collectIntegers(item, integers)
}

/** What each item was before: the first ones and the last ones are those that did not change. */
function partners(after: readonly Json[], before: readonly RubyValue[]): (at: number) => RubyValue | undefined {
  const isSame = (to: number, from: number): boolean =>
    JSON.stringify(after[to]) === JSON.stringify(toJson(before[from] ?? null))
  const shorter = Math.min(after.length, before.length)
  let head = 0
  while (head < shorter && isSame(head, head)) head++
  let tail = 0
  while (tail < shorter - head && isSame(after.length - 1 - tail, before.length - 1 - tail)) tail++
  return (at) => {
    const fromEnd = after.length - at
    if (fromEnd <= tail) return before[before.length - fromEnd]
    return at < before.length - tail ? before[at] : undefined
  }
}

function floatText(value: number): string {
  if (!Number.isSafeInteger(value)) return value.toExponential()
  return `${Object.is(value, -0) ? '-' : ''}${value}.0`
}

/** A whole number beyond 2⁵³ that is no `bigint` was a Float; without an exponent Ruby would read an Integer. */
function isLargeFloat(value: RubyValue): value is number {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
}
