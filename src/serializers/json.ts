import {
  isContainer,
  isPrototypeKey,
  MAXIMUM_DEPTH,
  nullObject,
  objectsInheritKeys,
  plainCopy,
  type Path,
} from './plain.ts'
import type { Json, JsonObject, Serializer } from './serializer.ts'
import { simpleCopy } from './simple.ts'

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

/** Text that JSON writes as it is, between quotes: ASCII without quotes, backslashes and control characters. */
const VERBATIM = /^[ !#-[\]-~]*$/

/** The bytes of UTF-8 of a value as JSON. Every key and value of a session is measured, and most are short text or numbers. */
export function jsonBytes(value: Json): number {
  if (typeof value === 'string' && VERBATIM.test(value)) return value.length + 2
  return typeof value === 'object' || typeof value === 'string'
    ? Buffer.byteLength(JSON.stringify(value))
    : String(value).length
}

/** The JSON of any value that JSON keeps exactly as it is. @throws as `plainCopy` */
export function plainText(value: unknown, path: Path): string {
  return JSON.stringify(simpleCopy(value) ?? plainCopy(value, path))
}

/** Any JSON value, objects without prototypes. @throws `SyntaxError` */
export function parseJson(text: string): Json {
  const value = JSON.parse(text) as Json // as: JSON.parse gives nothing else
  return isContainer(value) ? harmless(value, 0, objectsInheritKeys()) : refuseInfinity(value)
}

/** Every open pays for this: arrays stay where they are, and what is no container costs no call. */
function harmless(value: Json[] | JsonObject, depth: number, inherited: boolean): Json[] | JsonObject {
  if (depth >= MAXIMUM_DEPTH) throw new SyntaxError('nested too deep')
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      const item = value[at] as Json // as: `at` is below the length
      if (isContainer(item)) value[at] = harmless(item, depth + 1, inherited)
      else refuseInfinity(item)
    }
    return value
  }
  const target = nullObject()
  for (const key in value) {
    if (inherited && !Object.hasOwn(value, key)) continue
    if (isPrototypeKey(key)) throw new SyntaxError('a key that reaches prototypes')
    const item = value[key] as Json // as: the key is one of its own
    if (typeof item === 'string') target[key] = item
    else if (isContainer(item)) target[key] = harmless(item, depth + 1, inherited)
    else target[key] = refuseInfinity(item)
  }
  return target
}

/** `1e400` is JSON, and no number that could be written again. */
function refuseInfinity(value: Json): Json {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) throw new SyntaxError('out of range')
  return value
}
