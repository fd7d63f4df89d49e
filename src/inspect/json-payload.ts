import { toJson } from '../rails/exact-numbers.ts'
import { memberTexts } from '../rails/json-text.ts'
import { utf8Text } from '../rails/marshal-value.ts'
import { parseRailsJson, withoutComments } from '../rails/message-json.ts'
import type { Json } from '../serializers/serializer.ts'

/** A payload of JSON, read as far as it can be. */
export interface JsonPayload {
  /** What coatcheck reads; `undefined` where it refuses the payload. */
  readonly value: Json | undefined
  /** Why it is refused, in the order of how much is wrong. */
  readonly problem?: 'empty' | 'invalid-utf8' | 'nesting' | 'lone-surrogate' | 'syntax'
  /** Bytes of each top-level member, by key; of a payload that is no object, none. */
  readonly byKey: Readonly<Record<string, number>> | undefined
  /** Top-level keys whose numbers JavaScript would write in another way, or not at all. */
  readonly numbers: NumberTrouble
}

export interface NumberTrouble {
  /** Integers that lose digits. */
  readonly large: readonly string[]
  /** Floats that come out as text of another form: `1.0`, `1e3`. */
  readonly respelled: readonly string[]
  /** Beyond the range of a float. */
  readonly infinite: readonly string[]
}

const NO_NUMBERS: NumberTrouble = { large: [], respelled: [], infinite: [] }
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/
const TOKENS = new RegExp(`${STRING.source}|-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?`, 'g')
/** Ruby's `JSON.parse` counts the outermost container, too. */
const MAXIMUM_NESTING = 100

/** Never throws. */
export function readJsonPayload(payload: Buffer): JsonPayload {
  const utf8 = utf8Text(payload)
  // Bytes that are no UTF-8 are looked at one by one, so that the rest can still be measured.
  const [text, encoding] =
    utf8 === undefined ? ([payload.toString('latin1'), 'latin1'] as const) : ([utf8, 'utf8'] as const)
  const members = membersOf(isJson(text) ? text : withoutComments(text))
  const byKey =
    members &&
    Object.fromEntries(
      [...members].map(([key, value]) => [key, Buffer.byteLength(`${JSON.stringify(key)}:${value}`, encoding)]),
    )
  const numbers = members === undefined ? NO_NUMBERS : numberTrouble(members)
  try {
    return { value: toJson(parseRailsJson(payload).value), byKey, numbers }
  } catch {
    return { value: undefined, problem: problemOf(text, encoding === 'utf8'), byKey, numbers }
  }
}

function problemOf(text: string, isUtf8: boolean): NonNullable<JsonPayload['problem']> {
  if (text === '') return 'empty'
  if (!isJson(withoutComments(text))) return 'syntax'
  if (!isUtf8) return 'invalid-utf8'
  return nesting(text) > MAXIMUM_NESTING ? 'nesting' : 'lone-surrogate'
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function membersOf(text: string): Map<string, string> | undefined {
  return /^[ \t\r\n]*\{/.test(text) && isJson(text) ? memberTexts(text) : undefined
}

function nesting(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [bracket] of text.matchAll(new RegExp(`${STRING.source}|[[\\]{}]`, 'g'))) {
    if (bracket === '[' || bracket === '{') deepest = Math.max(deepest, ++depth)
    else if (bracket === ']' || bracket === '}') depth--
  }
  return deepest
}

function numberTrouble(members: ReadonlyMap<string, string>): NumberTrouble {
  const trouble = { large: new Set<string>(), respelled: new Set<string>(), infinite: new Set<string>() }
  for (const [key, text] of members) {
    for (const [token] of text.matchAll(TOKENS)) {
      if (token.startsWith('"')) continue
      const number = Number(token)
      if (!Number.isFinite(number)) trouble.infinite.add(key)
      else if (/^-?\d+$/.test(token) && !Number.isSafeInteger(number)) trouble.large.add(key)
      else if (JSON.stringify(number) !== token) trouble.respelled.add(key)
    }
  }
  return { large: [...trouble.large], respelled: [...trouble.respelled], infinite: [...trouble.infinite] }
}
