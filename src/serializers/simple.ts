import { types } from 'node:util'
import { isPrototypeKey, objectsInheritKeys } from './plain.ts'

/** Deeper than what is sealed nests, and an end to what contains itself. */
const MAXIMUM_DEPTH = 8

/**
 * A copy for `JSON.stringify` of what is simple, as nearly everything that is sealed: object literals and arrays of text, finite
 * numbers, booleans and null, of this realm. `undefined` for all else, of which nothing is said: `plainCopy` looks at that
 * closely. What is here is nothing that `plainCopy` would refuse, and each value was read once, so that what was looked at is what
 * is sealed.
 *
 * A clone is made by V8 at once, and a loop over it costs little; to copy key by key takes three times as long.
 */
export function simpleCopy(value: unknown): object | undefined {
  if (typeof value !== 'object' || value === null || objectsInheritKeys() || 'toJSON' in Object.prototype)
    return undefined
  return simpleContainer(value, 0)
}

function simpleContainer(value: object, depth: number): object | undefined {
  // Each question to a proxy runs its handler.
  if (types.isProxy(value) || depth === MAXIMUM_DEPTH) return undefined
  return Array.isArray(value) ? simpleArray(value, depth) : simpleObject(value, depth)
}

function simpleArray(value: readonly unknown[], depth: number): unknown[] | undefined {
  // `length` is one of its keys.
  const isBare = Object.getPrototypeOf(value) === Array.prototype && Reflect.ownKeys(value).length === value.length + 1
  if (!isBare) return undefined
  const copy = value.slice()
  for (let at = 0; at < copy.length; at++) {
    const item = copy[at]
    if (isSimpleLeaf(item)) continue
    const inner = isContainer(item) ? simpleContainer(item, depth + 1) : undefined
    if (inner === undefined) return undefined
    copy[at] = inner
  }
  return copy
}

function simpleObject(value: object, depth: number): object | undefined {
  if (Object.getPrototypeOf(value) !== Object.prototype || Object.getOwnPropertySymbols(value).length > 0)
    return undefined
  const copy: Record<string, unknown> = { ...value }
  let keys = 0
  for (const key in copy) {
    keys++
    const item = copy[key]
    if (isPrototypeKey(key)) return undefined
    if (isSimpleLeaf(item) || item === undefined) continue // JSON leaves out what is undefined
    const inner = isContainer(item) ? simpleContainer(item, depth + 1) : undefined
    if (inner === undefined) return undefined
    copy[key] = inner
  }
  // A key that is not enumerable is in no clone.
  return Object.getOwnPropertyNames(value).length === keys ? copy : undefined
}

function isSimpleLeaf(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || value === null || Number.isFinite(value)
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
