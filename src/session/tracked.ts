import { blameCaller, SessionError } from '../errors.ts'
import { checkKey, pathTo } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'
import type { SessionState } from './state.ts'

type Container = Json[] | JsonObject

/** Methods that change an array. Each runs on a copy, which replaces the content in one checked step. */
const MUTATORS: ReadonlySet<string> = new Set([
  'copyWithin',
  'fill',
  'pop',
  'push',
  'reverse',
  'shift',
  'sort',
  'splice',
  'unshift',
])
const RETURN_THE_ARRAY: ReadonlySet<string> = new Set(['copyWithin', 'fill', 'reverse', 'sort'])

/**
 * Hands out the objects and arrays inside a session so that a write to them passes the same guard and ledger as a write
 * to the session: `session.wizard.step = 2`, `session.cart.push(3)`.
 */
export class TrackedValues {
  readonly #state: SessionState
  readonly #proxies = new WeakMap<Container, object>()

  constructor(state: SessionState) {
    this.#state = state
  }

  /** `value` as handlers may hold it; `key` is the session's key that it lives under. */
  handOut(value: Json | undefined, key: string): unknown {
    if (typeof value !== 'object' || value === null) return value
    const known = this.#proxies.get(value)
    if (known !== undefined) return known
    const proxy = new Proxy(value, this.#handler(key))
    this.#proxies.set(value, proxy)
    return proxy
  }

  #handler(key: string): ProxyHandler<Container> {
    const set = (target: Container, name: string | symbol, value: unknown): boolean => {
      blameCaller(set, () => this.#set(target, name, value, key))
      return true
    }
    const deleteProperty = (target: Container, name: string | symbol): boolean => {
      blameCaller(deleteProperty, () => this.#delete(target, name, key))
      return true
    }
    return {
      set,
      deleteProperty,
      get: (target, name) => {
        if (typeof name === 'string' && Array.isArray(target) && MUTATORS.has(name)) {
          return this.#mutator(target, name, key)
        }
        return this.handOut(Reflect.get(target, name) as Json | undefined, key) // as: all that is in here is JSON
      },
      getOwnPropertyDescriptor: (target, name) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(target, name)
        // `length` of an array is not configurable, so a proxy must show it as it is.
        if (descriptor === undefined || descriptor.configurable === false) return descriptor
        return { ...descriptor, value: this.handOut(descriptor.value as Json, key) } // as: see get
      },
      defineProperty: () => false,
      preventExtensions: () => false,
      setPrototypeOf: () => false,
    }
  }

  #set(target: Container, name: string | symbol, value: unknown, key: string): void {
    const container = this.#locate(target, key)
    const path = pathInto(container, target, name)
    if (typeof name === 'symbol') {
      throw new SessionError('ERR_SESSION_VALUE', `${path} has a symbol for a key and cannot be stored: JSON drops it.`)
    }
    if (Array.isArray(target)) {
      this.#setItem(target, name, value, key, path)
      return
    }
    checkKey(name, path)
    if (value === undefined) {
      this.#delete(target, name, key)
      return
    }
    const copy = this.#state.copy(value, path)
    const before = target[name]
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(copy)) return
    this.#state.changeInside(
      key,
      target,
      container,
      () => {
        target[name] = copy
      },
      () => {
        if (before === undefined) delete target[name]
        else target[name] = before
      },
    )
  }

  #setItem(target: Json[], name: string, value: unknown, key: string, path: string): void {
    if (name === 'length') {
      if (typeof value === 'number' && value <= target.length) this.#replace(target, target.slice(0, value), key)
      else throw new SessionError('ERR_SESSION_VALUE', `${path} cannot grow: JSON fills the holes with null.`)
      return
    }
    const at = Number(name)
    if (!Number.isInteger(at) || at < 0 || String(at) !== name) {
      throw new SessionError('ERR_SESSION_VALUE', `${path} is a name on an array and cannot be stored: JSON drops it.`)
    }
    if (at > target.length) {
      throw new SessionError(
        'ERR_SESSION_VALUE',
        `${path} is past the end of an array of ${target.length} and cannot be stored: JSON fills the holes with null. Use push().`,
      )
    }
    const next: unknown[] = [...target]
    next[at] = value
    this.#replace(target, next, key)
  }

  #delete(target: Container, name: string | symbol, key: string): void {
    const container = this.#locate(target, key)
    if (typeof name === 'symbol' || !(name in target)) return
    if (Array.isArray(target)) {
      throw new SessionError(
        'ERR_SESSION_VALUE',
        `${pathInto(container, target, name)} cannot be deleted: it would leave a hole, which JSON fills with null. Use splice().`,
      )
    }
    const before = target[name]
    this.#state.changeInside(
      key,
      target,
      container,
      () => delete target[name],
      () => {
        if (before !== undefined) target[name] = before
      },
    )
  }

  #mutator(target: Json[], name: string, key: string): (...args: unknown[]) => unknown {
    const mutate = (...args: unknown[]): unknown =>
      blameCaller(mutate, () => {
        const next: unknown[] = [...target]
        const method = Reflect.get(next, name) as (...args: unknown[]) => unknown // as: name is one of MUTATORS
        const result = method.apply(next, args)
        this.#replace(target, next, key)
        return RETURN_THE_ARRAY.has(name) ? this.handOut(target, key) : result
      })
    return mutate
  }

  /** Makes `next` the content of `target`: what was in it stays as it is, what is new is copied and checked. */
  #replace(target: Json[], next: readonly unknown[], key: string): void {
    const container = this.#locate(target, key)
    const before = [...target]
    const own: ReadonlySet<unknown> = new Set(before.filter((item) => typeof item === 'object'))
    const placed = new Set<unknown>()
    const copies = next.map((item, at) => {
      // An own object that `fill` or `copyWithin` put in two places must not be shared between them.
      if (own.has(item) && !placed.has(item)) {
        placed.add(item)
        return item as Json // as: it was in the session already
      }
      return this.#state.copy(item, `${container}[${at}]`)
    })
    if (JSON.stringify(copies) === JSON.stringify(before)) return
    this.#state.changeInside(
      key,
      target,
      container,
      () => target.splice(0, target.length, ...copies),
      () => target.splice(0, target.length, ...before),
    )
  }

  /** The path of a container, found anew because arrays move their items; or an error when it is in the session no more. */
  #locate(target: Container, key: string): string {
    const root = pathTo('session', key)
    this.#state.assertWritable(root)
    const path = find(this.#state.get(key), target, root)
    if (path !== undefined) return path
    throw new SessionError(
      'ERR_SESSION_VALUE',
      `A value that was read from ${root} was written, but it is in the session no more, so the write would be lost. Read ${root} again after replacing it.`,
    )
  }
}

function find(value: Json | undefined, target: Container, path: string): string | undefined {
  if (value === target) return path
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      const found = find(item, target, `${path}[${at}]`)
      if (found !== undefined) return found
    }
    return undefined
  }
  for (const [key, item] of Object.entries(value)) {
    const found = find(item, target, pathTo(path, key))
    if (found !== undefined) return found
  }
  return undefined
}

function pathInto(container: string, target: Container, name: string | symbol): string {
  if (typeof name === 'symbol') return `${container}[symbol]`
  return Array.isArray(target) && /^\d+$/.test(name) ? `${container}[${name}]` : pathTo(container, name)
}
