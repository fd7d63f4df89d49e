import { checkKey, isSameJson, pathTo } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'
import { refuseRecord } from './guard.ts'
import type { Place } from './place.ts'

/** Writes a property of an object inside a session, or takes it away where the value is `undefined`. @throws what a write throws */
export function setProperty(place: Place, target: JsonObject, name: string, value: unknown): void {
  place.beginWrite()
  const path = (): string => pathTo(place.path(), name)
  checkKey(name, path)
  if (value === undefined) {
    removeProperty(place, target, name)
    return
  }
  const copy = place.copy(value, path)
  const { places } = place
  const before = target[name]
  if (before !== undefined && isSameJson(before, copy)) {
    places.assign(value, before, place)
    return
  }
  const { host } = places
  if (before !== undefined) {
    host.resize(place.key, host.jsonBytes(copy) - host.jsonBytes(before))
  } else {
    if (host.refusesRecords) refuseRecord(target, () => place.path(), name)
    const others = countOf(place, target)
    host.resize(place.key, nameBytes(place, name, others) + host.jsonBytes(copy))
    place.count = others + 1
  }
  target[name] = copy
  places.leave(before)
  places.assign(value, copy, place)
}

/** @throws what a write throws */
export function removeProperty(place: Place, target: JsonObject, name: string): void {
  place.beginWrite()
  const before = target[name]
  if (before === undefined) return
  const { host } = place.places
  const others = countOf(place, target) - 1
  host.resize(place.key, -(nameBytes(place, name, others) + host.jsonBytes(before)))
  place.count = others
  delete target[name]
  place.places.leave(before)
}

/** The bytes that a property brings beside its value: its name, a colon, and a comma if it is not alone. */
function nameBytes(place: Place, name: string, others: number): number {
  return place.places.host.jsonBytes(name) + (others > 0 ? 2 : 1)
}

/** Counted once, or every property that is added would look at all of them. */
function countOf(place: Place, target: Readonly<Record<string, Json>>): number {
  return (place.count ??= Object.keys(target).length)
}
