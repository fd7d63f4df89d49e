import { isPrototypeKey, MAXIMUM_DEPTH, nullObject } from './plain.ts'
import type { Json, JsonObject, Serializer } from './serializer.ts'

/**
 * Strict JSON. What goes in was checked when it was assigned (see `plainCopy`); what comes out has no prototypes, no
 * prototype keys and bounded nesting, whoever wrote it.
 */
export const json: Serializer = {
  name: 'json',
  dump: (data) => JSON.stringify(data),
  load(text) {
    const value = parseJson(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('not an object')
    return value
  },
}

/** Any JSON value, objects without prototypes. @throws `SyntaxError` */
export function parseJson(text: string): Json {
  return harmless(JSON.parse(text) as Json, 0) // as: JSON.parse gives nothing else
}

function harmless(value: Json, depth: number): Json {
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAXIMUM_DEPTH) throw new SyntaxError('nested too deep')
  if (Array.isArray(value)) return value.map((item) => harmless(item, depth + 1))
  const target: JsonObject = nullObject()
  for (const [key, item] of Object.entries(value)) {
    if (isPrototypeKey(key)) throw new SyntaxError('a key that reaches prototypes')
    target[key] = harmless(item, depth + 1)
  }
  return target
}
