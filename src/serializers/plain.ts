import { SessionError } from '../errors.ts'
import type { Json, JsonObject } from './serializer.ts'

/** How deep a value may nest where nobody sets another limit; also bounds what `load` follows. */
export const MAXIMUM_DEPTH = 100

/**
 * A copy of `value` that JSON keeps exactly as it is, or an error that names the path where it would not.
 *
 * Refused: class instances (`Date`, `Map`, `Set`, models), functions, symbols, `bigint`, `NaN` and infinities, `undefined`
 * in arrays, sparse arrays, arrays with named properties, cycles, symbol keys, prototype keys, nesting over `maxDepth`.
 * A property that is `undefined` is left out, and -0 becomes 0, as in JSON.
 *
 * @param path what to call the value in the error, as `session.wizard`
 * @throws `ERR_SESSION_VALUE`
 */
export function plainCopy(value: unknown, path: string, maxDepth: number = MAXIMUM_DEPTH): Json {
  return copy(value, { path, maxDepth, above: [] })
}

interface Place {
  readonly path: string
  readonly maxDepth: number
  /** The containers that this value stands in, outermost first. */
  readonly above: readonly object[]
}

function copy(value: unknown, place: Place): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) throw refuse(place.path, `is ${value}`, 'JSON has no such number and writes null')
      return value === 0 ? 0 : value
    case 'object':
      return value === null ? null : copyContainer(value, place)
    case 'undefined':
      throw refuse(place.path, 'is undefined', 'JSON has no such value: leave it out, or store null')
    case 'bigint':
      throw refuse(place.path, 'is a bigint', 'JSON has no such number: store String(value)')
    case 'function':
    case 'symbol':
      throw refuse(place.path, `is a ${typeof value}`, 'JSON drops it')
  }
}

function copyContainer(value: object, place: Place): Json {
  if (place.above.includes(value)) throw refuse(place.path, 'contains itself', 'JSON has no way to say that')
  if (place.above.length >= place.maxDepth) {
    throw refuse(
      place.path,
      `is nested more than ${place.maxDepth} levels deep`,
      'a session carries identity, which is flat',
    )
  }
  const above = [...place.above, value]
  if (Array.isArray(value)) return copyArray(value, { ...place, above })
  const fix = unstorableObject(value)
  if (fix !== undefined) throw refuse(place.path, `is ${article(className(value))}`, fix)
  return copyObject(value, { ...place, above })
}

function copyArray(array: readonly unknown[], place: Place): Json[] {
  // Array.prototype is an array itself, in every realm; the prototype of a subclass is none.
  if (!Array.isArray(Object.getPrototypeOf(array))) {
    throw refuse(place.path, `is ${article(className(array))}`, 'it comes back as a plain array. Store [...array]')
  }
  const keys = Reflect.ownKeys(array).length - 1 // without `length`
  if (array.findIndex((_, at) => !Object.hasOwn(array, at)) >= 0)
    throw refuse(place.path, 'is a sparse array', 'JSON fills the holes with null')
  if (keys > array.length) throw refuse(place.path, 'is an array with named properties', 'JSON drops them')
  return array.map((item, at) => copy(item, { ...place, path: `${place.path}[${at}]` }))
}

function copyObject(object: object, place: Place): JsonObject {
  const target = nullObject()
  for (const key of Reflect.ownKeys(object)) {
    if (typeof key === 'symbol') throw refuse(place.path, 'has a symbol for a key', 'JSON drops it')
    const path = pathTo(place.path, key)
    checkKey(key, path)
    const value: unknown = Reflect.get(object, key)
    if (value !== undefined) target[key] = copy(value, { ...place, path })
  }
  return target
}

/** @throws `ERR_SESSION_VALUE` for `__proto__`, `constructor` and `prototype` */
export function checkKey(key: string, path: string): void {
  if (isPrototypeKey(key)) throw refuse(path, 'has a name that reaches prototypes', 'choose another key')
}

/** Whether `key` reaches an object's prototype in careless code. No session holds it: refused on the way in and out. */
export function isPrototypeKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/** Whether a JSON value is an object, and neither an array nor null. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether two values are the same as JSON. */
export function isSameJson(a: Json | undefined, b: Json | undefined): boolean {
  return a === b || (typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b))
}

/**
 * An empty object for data: `toString`, `constructor` and `__proto__` are not there. Its prototype is not null but frozen
 * and empty, because V8 makes a hash table of every object whose prototype is null, which is slow to make, to read and to
 * write as JSON. Only `console.log` finds something in that prototype: how to print the data as the plain object it is.
 */
export function nullObject(): JsonObject {
  return new DataObject()
}

const dataPrototype: object = Object.freeze(
  Object.create(null, {
    [Symbol.for('nodejs.util.inspect.custom')]: {
      value(this: object): object {
        return { ...this }
      },
    },
  }) as object, // as: Object.create is typed any
)
// A function and no class, because the prototype of a class cannot be replaced.
const DataObject = function () {} as unknown as { new (): JsonObject; prototype: object } // as: it is only called with new
DataObject.prototype = dataPrototype

/** Whether somebody gave `Object.prototype` keys that a loop finds in every object. Seldom, and asking for each key costs. */
export function objectsInheritKeys(): boolean {
  let found = false
  for (const key in {}) found ||= key in {}
  return found
}

/** `session.wizard`, `session.cart[2]`, `session["two words"]` */
export function pathTo(container: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${container}.${key}` : `${container}[${JSON.stringify(key)}]`
}

function refuse(path: string, what: string, why: string): SessionError {
  return new SessionError('ERR_SESSION_VALUE', `${path} ${what} and cannot be stored: ${why}.`)
}

function unstorableObject(value: object): string | undefined {
  if (isPlainObject(value)) return undefined
  if (value instanceof Date) return 'it comes back as a string. Store date.toISOString()'
  if (value instanceof Map) return 'JSON keeps nothing of it. Store Object.fromEntries(map), or the ids in it'
  if (value instanceof Set) return 'JSON keeps nothing of it. Store [...set]'
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return 'JSON writes bytes as an object of numbers. Store them as base64url text'
  }
  if (value instanceof Promise) return 'JSON keeps nothing of it. Is an await missing?'
  if (value instanceof Error) return 'JSON keeps nothing of it. Store error.message'
  return 'it comes back as a plain object that looks like one and is none. Store its id, and load it where it is needed'
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype || prototype === dataPrototype) return true
  // An object literal of another realm (node:vm, a test runner): its prototype is that realm's Object.prototype.
  return (
    typeof prototype === 'object' &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  )
}

function className(value: object): string {
  const constructor: unknown = Reflect.get(value, 'constructor')
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'class instance'
}

function article(name: string): string {
  return /^[AEIO]/i.test(name) ? `an ${name}` : `a ${name}`
}
