import { isContainer } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import { rearrange, replaceItems } from './items.ts'
import type { Place } from './place.ts'

/** An array method, for the array at that place, which may be written. */
type Mutator = (place: Place, array: Json[], args: readonly unknown[]) => unknown

/**
 * The methods that change an array, each as one checked step. All others read, through the proxy, so that whatever function
 * they call is handed tracked values.
 */
const MUTATORS: ReadonlyMap<string, Mutator> = new Map<string, Mutator>([
  [
    'push',
    (place, array, args) => {
      replaceItems(place, array, array.length, 0, args)
      return array.length
    },
  ],
  [
    'unshift',
    (place, array, args) => {
      replaceItems(place, array, 0, 0, args)
      return array.length
    },
  ],
  ['pop', (place, array) => removeOne(place, array, array.length - 1)],
  ['shift', (place, array) => removeOne(place, array, 0)],
  [
    'splice',
    (place, array, args) => {
      const { length } = array
      const start = startOf(args[0], length)
      const removing = args.length === 0 ? 0 : args.length === 1 ? length - start : whole(args[1])
      return replaceItems(place, array, start, Math.min(Math.max(removing, 0), length - start), args.slice(2))
    },
  ],
  ['sort', (place, array, args) => arrange(place, array, () => sorted(place, array, args[0]))],
  ['reverse', (place, array) => arrange(place, array, () => array.toReversed())],
  ['fill', (place, array, args) => arrange(place, array, () => applied('fill', array, args))],
  ['copyWithin', (place, array, args) => arrange(place, array, () => applied('copyWithin', array, args))],
])

export function isMutator(name: string): boolean {
  return MUTATORS.has(name)
}

/** Calls the method of that name. @throws what a write throws */
export function mutate(place: Place, array: Json[], name: string, args: readonly unknown[]): unknown {
  place.beginWrite()
  return MUTATORS.get(name)?.(place, array, args)
}

function removeOne(place: Place, array: Json[], at: number): Json | undefined {
  return array.length === 0 ? undefined : replaceItems(place, array, at, 1, [])[0]
}

function arrange(place: Place, array: Json[], arranged: () => readonly unknown[]): object {
  const { changes } = place
  rearrange(place, array, arranged(), changes)
  return place.proxy
}

/** What `compare` gets is tracked: it may write to it, as to anything that was read. */
function sorted(place: Place, array: readonly Json[], compare: unknown): readonly Json[] {
  if (typeof compare !== 'function') return array.toSorted(compare as undefined) // as: it throws for what is no function
  const pairs = array.map((item) => ({ item, shown: isContainer(item) ? place.places.handOut(item, place) : item }))
  pairs.sort((a, b) => compare(a.shown, b.shown) as number) // as: what is no number counts as 0, as ever
  return pairs.map(({ item }) => item)
}

function applied(name: 'fill' | 'copyWithin', array: readonly Json[], args: readonly unknown[]): readonly unknown[] {
  const next: unknown[] = [...array]
  const method = Reflect.get(next, name) as (...args: readonly unknown[]) => unknown // as: the name is one of an array's
  method.apply(next, args as unknown[]) // as: it does not write to them
  return next
}

/** An index as `splice` counts it: from the end where it is negative, and within the array. */
function startOf(given: unknown, length: number): number {
  const at = whole(given)
  return at < 0 ? Math.max(length + at, 0) : Math.min(at, length)
}

function whole(given: unknown): number {
  return Math.trunc(Number(given)) || 0
}
