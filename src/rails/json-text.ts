import { exactJson } from './exact-numbers.ts'
import type { RubyValue } from './marshal-value.ts'

/** What `ActiveSupport::JSON.encode` escapes beyond JSON. */
export interface JsonEscapes {
  /** `active_support.escape_html_entities_in_json`: `<`, `>` and `&`. */
  readonly htmlEntities: boolean
  /** U+2028 and U+2029: always before Rails 8.1, `active_support.escape_js_separators_in_json` since. */
  readonly jsSeparators: boolean
}

/**
 * JSON as Rails writes it (active_support/json/encoding.rb): no blanks, raw UTF-8, and `<`, `>`, `&`, U+2028 and U+2029 as
 * escapes. A lone surrogate becomes U+FFFD, because Rails reads its escape and then fails to write it again.
 */
export function railsJson(value: unknown, escapes: JsonEscapes): string {
  const plain = JSON.stringify(value)
  if (!ESCAPED.test(plain)) return plain
  // A number of so many digits was a Float: without an exponent Ruby would read an Integer.
  return escapeJson(/\d{16}/.test(plain) ? exactJson(value as RubyValue) : plain, escapes) // as: it is JSON
}

/** JSON text, escaped as Rails does. */
export function escapeJson(plain: string, escapes: JsonEscapes): string {
  let text = plain.replaceAll(/\\ud[89ab][0-9a-f]{2}|\\ud[c-f][0-9a-f]{2}/g, '\ufffd')
  if (escapes.htmlEntities) text = text.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')
  if (escapes.jsSeparators) text = text.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
  return text
}

/** What any of it could change: seldom there, and one look is cheaper than six. */
const ESCAPED = /[<>&\u2028\u2029]|\\ud|\d{16}/

/** What stands in front of a value: a comma, the key as Rails writes it, and a colon. */
export function memberStart(key: string, escapes: JsonEscapes): string {
  const known = plainStarts.get(key)
  if (known !== undefined) return known
  const start = `,${railsJson(key, escapes)}:`
  if (plainStarts.size < MAXIMUM_STARTS && /^\w{1,64}$/.test(key)) plainStarts.set(key, start)
  return start
}

/** An application has a handful of keys. Where it makes them up, the first of them are kept. */
const plainStarts = new Map<string, string>()
const MAXIMUM_STARTS = 256

/**
 * The members of a JSON object with the very text of each value, in order; of a key that comes twice, the last. `text`
 * must be JSON already: this only finds where values begin and end.
 */
export function memberTexts(text: string): Map<string, string> {
  const members = new Map<string, string>()
  let at = skipBlanks(text, 0) + 1 // behind the brace
  for (;;) {
    at = skipBlanks(text, at)
    if (text.charCodeAt(at) !== QUOTE) return members
    const keyEnd = stringEnd(text, at)
    const key = text.slice(at + 1, keyEnd - 1)
    const start = skipBlanks(text, skipBlanks(text, keyEnd) + 1) // behind the colon
    const end = valueEnd(text, start)
    // as: it begins with a quote
    members.set(key.includes('\\') ? (JSON.parse(`"${key}"`) as string) : key, text.slice(start, end).trimEnd())
    at = end + 1 // behind the comma, or the closing brace
  }
}

const [QUOTE, BACKSLASH, COMMA, BLANK] = [0x22, 0x5c, 0x2c, 0x20]
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x5b, 0x5d, 0x7b, 0x7d]

/** In JSON that parsed, nothing else at or below U+0020 stands outside of strings. */
function skipBlanks(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= BLANK) at++
  return at
}

/** Behind the quote that ends the string which begins at `from`. */
function stringEnd(text: string, from: number): number {
  for (let at = from + 1; ; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (code === BACKSLASH) at++
  }
}

/** Where the value that begins at `from` ends: at the comma or brace behind it. */
function valueEnd(text: string, from: number): number {
  let depth = 0
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = stringEnd(text, at)
      continue
    }
    if (code === BRACE || code === BRACKET) depth++
    else if (code === BRACE_END || code === BRACKET_END) {
      if (depth === 0) return at
      depth--
    } else if (code === COMMA && depth === 0) return at
    at++
  }
  return at
}
