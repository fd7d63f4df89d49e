import { isSameJson, pathTo, plainCopy } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import { wrong, type Place } from './place.ts'

/** Writes `list[name] = value`, `length` included. @throws what a write throws, and where it would leave holes */
export function setItem(place: Place, array: Json[], name: string, value: unknown): void {
  place.beginWrite()
  if (name === 'length') {
    if (typeof value !== 'number' || !(Number.isInteger(value) && value >= 0 && value <= array.length)) {
      throw wrong(`${place.path()}.length cannot grow: JSON fills the holes with null.`)
    }
    replaceItems(place, array, value, array.length - value, [])
    return
  }
  const at = Number(name)
  if (!Number.isInteger(at) || at < 0 || String(at) !== name) {
    throw wrong(`${pathTo(place.path(), name)} is a name on an array and cannot be stored: JSON drops it.`)
  }
  if (at > array.length) {
    throw wrong(
      `${place.path()}[${name}] is past the end of an array of ${array.length} and cannot be stored: JSON fills the holes with null. Use push().`,
    )
  }
  replaceItems(place, array, at, 1, [value])
}

/** @throws `ERR_SESSION_VALUE`, always */
export function refuseDelete(place: Place, name: string): never {
  place.beginWrite()
  throw wrong(
    `${place.path()}[${name}] cannot be deleted: it would leave a hole, which JSON fills with null. Use splice().`,
  )
}

/** Puts copies of `given` in the place of `removing` items from `start` on, and gives those. @throws what a write throws */
export function replaceItems(
  place: Place,
  array: Json[],
  start: number,
  removing: number,
  given: readonly unknown[],
): Json[] {
  const { changes, places } = place
  const items = given.map((item, at) => place.copy(item, () => `${place.path()}[${start + at}]`))
  assertUnchanged(place, changes)
  const removed = array.slice(start, start + removing)
  if (removed.length === items.length && items.every((item, at) => isSameJson(removed[at], item))) {
    for (const [at, item] of given.entries()) places.assign(item, removed[at], place)
    return removed.map((item) => plainCopy(item, ''))
  }
  const commas = commasIn(array.length + items.length - removed.length) - commasIn(array.length)
  places.host.resize(place.key, bytesOf(place, items) - bytesOf(place, removed) + commas)
  place.changes++
  array.splice(start, removing, ...items)
  for (const item of removed) places.leave(item)
  for (const [at, item] of given.entries()) places.assign(item, items[at], place)
  return removed
}

/**
 * Makes `next`, of the same length, the content of the array: what was in it stays what it is, what is new is copied.
 *
 * @param changes how often the array had been changed when `next` was begun
 * @throws what a write throws
 */
export function rearrange(place: Place, array: Json[], next: readonly unknown[], changes: number): void {
  place.assertWritable()
  assertUnchanged(place, changes)
  const own: ReadonlySet<unknown> = new Set(array)
  const placed = new Set<unknown>()
  const items = next.map((item, at) => {
    // An own object that `copyWithin` put in two places must not be shared between them.
    if (!own.has(item) || placed.has(item)) return place.copy(item, () => `${place.path()}[${at}]`)
    placed.add(item)
    return item as Json // as: it was in the session already
  })
  assertUnchanged(place, changes)
  if (items.every((item, at) => isSameJson(array[at], item))) return
  const { places } = place
  places.host.resize(place.key, bytesOf(place, items) - bytesOf(place, array))
  place.changes++
  for (const item of array) if (!placed.has(item)) places.leave(item)
  for (const [at, item] of items.entries()) {
    array[at] = item
    if (!own.has(next[at])) places.assign(next[at], item, place)
  }
}

/** @throws where what was called to change the array changed it first */
function assertUnchanged(place: Place, changes: number): void {
  if (place.changes === changes) return
  throw wrong(
    `${place.path()} was changed by a function or getter that was called to change it, so one of both changes would be lost. Change it before or after.`,
  )
}

function commasIn(length: number): number {
  return Math.max(0, length - 1)
}

function bytesOf(place: Place, items: readonly Json[]): number {
  let sum = 0
  for (const item of items) sum += place.places.host.jsonBytes(item)
  return sum
}
