import { nullObject, objectsInheritKeys } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'
import { exactValue } from './exact-json.ts'
import type { RubyValue } from './marshal-value.ts'

export type RailsJson = { readonly text: string } & (
  | { readonly value: Json; readonly isExact: true }
  | { readonly value: RubyValue; readonly isExact: false }
)

/** Ruby's `JSON.parse` counts the outermost container too: 100 are read, 101 are not. */
const MAXIMUM_NESTING = 100

/** `ignoreBOM` keeps a BOM in the text, where JSON has no place for it: Rails refuses it as well. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * JSON as Rails reads it (active_support/json/decoding.rb): any value, at most 100 levels, of a key that comes twice the
 * last, and comments. Invalid UTF-8 is refused, which Rails reads and then fails to write; so are lone surrogates. Objects have
 * no prototype to reach: `__proto__` is a key like any other, as in Ruby.
 *
 * @returns `isExact`: the value is JSON as it is, and has no integer beyond 2⁵³, which would be a `bigint`
 * @throws `SyntaxError` or `TypeError`
 */
export function parseRailsJson(payload: Uint8Array): RailsJson {
  const { text, parsed } = parse(utf8.decode(payload))
  hasLargeNumber = isLarge(parsed)
  const value = isContainer(parsed) ? harmless(parsed, 1, objectsInheritKeys()) : parsed
  // UTF-8 has no lone surrogates; only an escape makes one.
  if (text.includes('\\u') && /\\ud/i.test(text)) refuseLoneSurrogates(value)
  return hasLargeNumber ? { value: exactValue(text), text, isExact: false } : { value, text, isExact: true }
}

/** A number that JSON.parse may have rounded. */
function isLarge(value: Json): boolean {
  return typeof value === 'number' && (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)
}

/** Whether what is being parsed has one: every open pays for looking, and not for an object to say it in. */
let hasLargeNumber = false

function parse(text: string): { readonly text: string; readonly parsed: Json } {
  try {
    return { text, parsed: JSON.parse(text) as Json } // as: JSON.parse gives nothing else
  } catch (error) {
    const bare = withoutComments(text)
    if (bare === text) throw error
    return { text: bare, parsed: JSON.parse(bare) as Json } // as: see above
  }
}

/** JSON with a blank for each comment, which Ruby reads. */
export function withoutComments(text: string): string {
  return text.replaceAll(COMMENTS, (part) => (part.startsWith('/') ? ' ' : part))
}

/** Strings, so that what looks like a comment in one is left alone, and comments of both kinds. */
const COMMENTS = /"(?:[^"\\]|\\.)*"|\/\*[^]*?\*\/|\/\/[^\n]*/g

/**
 * Every open pays for this: arrays stay where they are, and what is no container costs no call.
 *
 * @param inherited whether a loop finds keys in every object that are not its own
 */
function harmless(value: Json[] | JsonObject, level: number, inherited: boolean): Json[] | JsonObject {
  if (level > MAXIMUM_NESTING) throw new SyntaxError('nested too deep')
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      const item = value[at] as Json // as: `at` is below the length
      if (isContainer(item)) value[at] = harmless(item, level + 1, inherited)
      else if (isLarge(item)) hasLargeNumber = true
    }
    return value
  }
  const target = nullObject()
  for (const key in value) {
    if (inherited && !Object.hasOwn(value, key)) continue
    const item = value[key] as Json // as: the key is one of its own
    if (isLarge(item)) hasLargeNumber = true
    target[key] = isContainer(item) ? harmless(item, level + 1, inherited) : item
  }
  return target
}

function refuseLoneSurrogates(value: Json): void {
  if (typeof value === 'string' && !value.isWellFormed()) throw new SyntaxError('a lone surrogate')
  if (!isContainer(value)) return
  for (const [key, item] of Object.entries(value)) {
    refuseLoneSurrogates(key)
    refuseLoneSurrogates(item)
  }
}

function isContainer(value: Json): value is Json[] | JsonObject {
  return typeof value === 'object' && value !== null
}
