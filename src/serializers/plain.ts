import { types } from 'node:util'
import { SessionError } from '../errors.ts'
import type { Json, JsonObject } from './serializer.ts'

/** How deep a value may nest where nobody sets another limit; also bounds what `load` follows. */
export const MAXIMUM_DEPTH = 100

/** What to call a value in an error. A function where finding out takes time that only an error is worth. */
export type Path = string | (() => string)

export function pathText(path: Path): string {
  return typeof path === 'string' ? path : path()
}

/**
 * A copy of `value` that JSON keeps exactly as it is, or an error that names the path where it would not.
 *
 * Refused: class instances (`Date`, `Map`, `Set`, models), functions, symbols, `bigint`, `NaN` and infinities, `undefined`
 * in arrays, sparse arrays, arrays with named properties, cycles, symbol keys, prototype keys, nesting over `maxDepth`.
 * A property that is `undefined` is left out, and -0 becomes 0, as in JSON.
 *
 * @param path what to call the value in the error, as `session.wizard`
 * @param depth how many containers it will stand in, of the `maxDepth`
 * @throws `ERR_SESSION_VALUE`
 */
export function plainCopy(value: unknown, path: Path, maxDepth: number = MAXIMUM_DEPTH, depth = 0): Json {
  return copy(value, '', { path, maxDepth, depth, container: undefined, above: undefined, name: '' })
}

/** A container that is being copied, and where it stands; at the end of the chain, what is around all of them. */
interface Spot {
  readonly container: object | undefined
  readonly above: Spot | undefined
  /** Its name in the container above. */
  readonly name: string | number
  readonly depth: number
  readonly maxDepth: number
  /** Of the outermost value. */
  readonly path: Path
}

function copy(value: unknown, name: string | number, spot: Spot): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) throw refuseAt(spot, name, `is ${value}`, 'JSON has no such number and writes null')
      return value === 0 ? 0 : value
    case 'object':
      return value === null ? null : copyContainer(value, name, spot)
    case 'undefined':
      throw refuseAt(spot, name, 'is undefined', 'JSON has no such value: leave it out, or store null')
    case 'bigint':
      throw refuseAt(spot, name, 'is a bigint', 'JSON has no such number: store String(value)')
    case 'function':
    case 'symbol':
      throw refuseAt(spot, name, `is a ${typeof value}`, 'JSON drops it')
  }
}

function copyContainer(value: object, name: string | number, above: Spot): Json {
  for (let spot: Spot | undefined = above; spot !== undefined; spot = spot.above) {
    if (spot.container === value) throw refuseAt(above, name, 'contains itself', 'JSON has no way to say that')
  }
  const { maxDepth, depth, path } = above
  if (depth >= maxDepth) {
    throw refuseAt(
      above,
      name,
      `is nested more than ${maxDepth} levels deep`,
      'a session carries identity, which is flat',
    )
  }
  const spot = { container: value, above, name, depth: depth + 1, maxDepth, path }
  if (Array.isArray(value)) return copyArray(value, spot)
  const fix = unstorableObject(value)
  if (fix !== undefined) throw refuse(pathOf(spot), `is ${article(className(value))}`, fix)
  return copyObject(value, spot)
}

function copyArray(array: readonly unknown[], spot: Spot): Json[] {
  // Array.prototype is an array itself, in every realm; the prototype of a subclass is none.
  if (!Array.isArray(Object.getPrototypeOf(array))) {
    throw refuse(pathOf(spot), `is ${article(className(array))}`, 'it comes back as a plain array. Store [...array]')
  }
  const names = Reflect.ownKeys(array).length - 1 // without `length`
  for (let at = 0; at < array.length; at++)
    if (!Object.hasOwn(array, at)) throw refuse(pathOf(spot), 'is a sparse array', 'JSON fills the holes with null')
  if (names > array.length) throw refuse(pathOf(spot), 'is an array with named properties', 'JSON drops them')
  return array.map((item, at) => copy(item, at, spot))
}

function copyObject(object: object, spot: Spot): JsonObject {
  const target = nullObject()
  for (const key of ownKeys(object)) {
    if (typeof key === 'symbol') throw refuse(pathOf(spot), 'has a symbol for a key', 'JSON drops it')
    if (isPrototypeKey(key)) checkKey(key, pathTo(pathOf(spot), key))
    const value: unknown = Reflect.get(object, key)
    if (typeof value === 'string') target[key] = value
    else if (value !== undefined) target[key] = copy(value, key, spot)
  }
  return target
}

/** As `Reflect.ownKeys`, which looks for them each time; V8 has the names of most objects at hand. Of a proxy, asked for once. */
function ownKeys(object: object): readonly (string | symbol)[] {
  if (types.isProxy(object) || Object.getOwnPropertySymbols(object).length > 0) return Reflect.ownKeys(object)
  return Object.getOwnPropertyNames(object)
}

function pathOf({ above, name, path }: Spot): string {
  return above === undefined ? pathText(path) : pathIn(above, name)
}

function pathIn(spot: Spot, name: string | number): string {
  if (spot.above === undefined) return pathText(spot.path)
  return typeof name === 'number' ? `${pathOf(spot)}[${name}]` : pathTo(pathOf(spot), name)
}

function refuseAt(spot: Spot, name: string | number, what: string, why: string): SessionError {
  return refuse(pathIn(spot, name), what, why)
}

/** Whether `kept`, which `plainCopy` made of `value`, is what it would make of it now. */
export function isCopyOf(value: unknown, kept: Json): boolean {
  if (!isContainer(kept)) return value === kept
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== Array.isArray(kept)) return false
  if (Array.isArray(kept)) {
    const items = value as readonly unknown[] // as: both are arrays, or neither is
    // `length` is one of an array's own keys.
    return Reflect.ownKeys(value).length === kept.length + 1 && kept.every((item, at) => isCopyOf(items[at], item))
  }
  let properties = 0
  for (const key of ownKeys(value)) {
    const item: unknown = Reflect.get(value, key)
    if (item === undefined) continue
    const own = typeof key === 'symbol' ? undefined : kept[key]
    if (own === undefined || !isCopyOf(item, own)) return false
    properties++
  }
  return properties === Object.keys(kept).length
}

/** @throws `ERR_SESSION_VALUE` for `__proto__`, `constructor` and `prototype` */
export function checkKey(key: string, path: Path): void {
  if (isPrototypeKey(key)) throw refuse(pathText(path), 'has a name that reaches prototypes', 'choose another key')
}

/** Whether `key` reaches an object's prototype in careless code. No session holds it: refused on the way in and out. */
export function isPrototypeKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/** Whether a JSON value has others in it. */
export function isContainer(value: Json | undefined): value is Json[] | JsonObject {
  return typeof value === 'object' && value !== null
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
  if (ArrayBuffer.isView(value)) return BYTES
  // By its tag, and not by `instanceof`, which knows one realm alone.
  return (
    FIXES.get(Object.prototype.toString.call(value).slice('[object '.length, -1)) ??
    'it comes back as a plain object that looks like one and is none. Store its id, and load it where it is needed'
  )
}

const BYTES = 'JSON writes bytes as an object of numbers. Store them as base64url text'

const FIXES: ReadonlyMap<string, string> = new Map([
  ['Date', 'it comes back as a string. Store date.toISOString()'],
  ['Map', 'JSON keeps nothing of it. Store Object.fromEntries(map), or the ids in it'],
  ['Set', 'JSON keeps nothing of it. Store [...set]'],
  ['ArrayBuffer', BYTES],
  ['SharedArrayBuffer', BYTES],
  ['Promise', 'JSON keeps nothing of it. Is an await missing?'],
  ['Error', 'JSON keeps nothing of it. Store error.message'],
])

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype || prototype === dataPrototype) return true
  if (typeof prototype !== 'object' || Object.getPrototypeOf(prototype) !== null) return false
  // An object literal of another realm (node:vm, a test runner), whose prototype is that realm's Object.prototype; or data
  // of another copy of this package.
  return Object.hasOwn(prototype, 'isPrototypeOf') || Object.getOwnPropertyNames(prototype).length === 0
}

function className(value: object): string {
  const constructor: unknown = Reflect.get(value, 'constructor')
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'class instance'
}

function article(name: string): string {
  return /^[AEIO]/i.test(name) ? `an ${name}` : `a ${name}`
}
