import { nullObject } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'

/** Ruby's `JSON.parse` counts the outermost container too: 100 are read, 101 are not. */
const MAXIMUM_NESTING = 100

/** `ignoreBOM` keeps a BOM in the text, where JSON has no place for it: Rails refuses it as well. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * JSON as Rails reads it (active_support/json/decoding.rb): any value, at most 100 levels, of a key that comes twice the
 * last. Invalid UTF-8 is refused, which Rails reads and then fails to write; so are lone surrogates. Comments are refused,
 * which Rails reads but no Rails writes. Objects have no prototype to reach: `__proto__` is a key like any other, as in Ruby.
 *
 * @throws `SyntaxError` or `TypeError`
 */
export function parseRailsJson(payload: Uint8Array): { readonly value: Json; readonly text: string } {
  const text = utf8.decode(payload)
  const value = JSON.parse(text) as Json // as: JSON.parse gives nothing else
  return { value: harmless(value, 1, SURROGATE_ESCAPE.test(text)), text }
}

/** UTF-8 has no lone surrogates; only an escape makes one. */
const SURROGATE_ESCAPE = /\\ud/i

function harmless(value: Json, level: number, mayBeLone: boolean): Json {
  if (typeof value === 'string') {
    if (mayBeLone && !value.isWellFormed()) throw new SyntaxError('a lone surrogate')
    return value
  }
  if (typeof value !== 'object' || value === null) return value
  if (level > MAXIMUM_NESTING) throw new SyntaxError('nested too deep')
  if (Array.isArray(value)) return value.map((item) => harmless(item, level + 1, mayBeLone))
  const target: JsonObject = nullObject()
  for (const key of Object.keys(value)) {
    if (mayBeLone && !key.isWellFormed()) throw new SyntaxError('a lone surrogate')
    target[key] = harmless(value[key] as Json, level + 1, mayBeLone) // as: it is one of its keys
  }
  return target
}
