import { blameCaller } from '../errors.ts'
import { isContainer, plainCopy } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import { Assigned, become, type Container, type RequestMark } from './assigned.ts'
import { refuseDelete, setItem } from './items.ts'
import { isMutator, mutate } from './mutators.ts'
import { Place, wrong, type PlaceHost, type Places } from './place.ts'
import { removeProperty, setProperty } from './properties.ts'

/** What tracked values ask of the session that they are part of. */
export interface TrackedHost extends PlaceHost {
  readonly isWritable: boolean
  /** Stands for the request. */
  readonly mark: RequestMark
}

/** Of JSON that is compared for one assigned value while it is only read: two milliseconds, hundreds of reads of a cart. */
const ENOUGH_BYTES = 256 * 1024

/** How one of ours is told from any other object. */
const PLACE: unique symbol = Symbol('place')

/**
 * Hands out the objects and arrays inside a session so that a write to them passes the same guard and ledger as a write
 * to the session: `session.wizard.step = 2`, `session.cart.push(3)`.
 */
export class TrackedValues implements Places {
  readonly host: TrackedHost
  /** Of all that was handed out; what left the session is in it too. */
  readonly #places = new Map<Container, Place>()
  /** Where something was assigned that its owner may still have. */
  readonly #assigned = new Set<Place>()
  #handler: ProxyHandler<Container> | undefined

  constructor(host: TrackedHost) {
    this.host = host
  }

  get handler(): ProxyHandler<Container> {
    return (this.#handler ??= handlerOf(this, this.#places))
  }

  /** `value` as handlers may hold it; `above` is the container that it is in, or the session's key. */
  handOut(value: Json | undefined, above: Place | string): unknown {
    if (!isContainer(value)) return value
    const place = this.#placeOf(value, above)
    if (place.assigned !== undefined) this.glance(place)
    return place.proxy
  }

  /** The value left the session: whoever still holds it cannot write it any more. */
  leave(value: Json | undefined): void {
    const place = isContainer(value) ? this.#places.get(value) : undefined
    if (place === undefined) return
    place.hasLeft = true
    this.#assigned.delete(place)
  }

  /** Something in the container was replaced. */
  changed(container: Container): void {
    this.#places.get(container)?.changed()
  }

  /** `copy` is what the session has of `given`, which its owner may go on writing to. */
  assign(given: unknown, copy: Json | undefined, above: Place | string): void {
    if (!isContainer(copy) || typeof given !== 'object' || given === null) return
    // A tracked value is written where it is. as: whatever else it is has no such property
    if ((given as { readonly [PLACE]?: boolean })[PLACE] === true) return
    const place = this.#placeOf(copy, above)
    place.assigned = new Assigned(given, copy, this.host.mark)
    this.#assigned.add(place)
  }

  /**
   * Takes over what was written to the object that was assigned there, so that it is read, too. Not for ever: each time all of it
   * is compared, and a loop over a large one must not do that for every item. At the commit it is compared in any case.
   *
   * @throws what a write to the session throws
   */
  glance(place: Place): void {
    const { assigned, container } = place
    if (assigned?.held !== container || assigned.bytesSeen > ENOUGH_BYTES) return
    assigned.bytes ??= this.host.jsonBytes(container)
    assigned.bytesSeen += assigned.bytes
    this.#look(place)
  }

  #look(place: Place): void {
    const { assigned } = place
    if (assigned === undefined || assigned.isBusy || !this.host.isWritable) return
    assigned.isBusy = true
    try {
      if (assigned.isChanged) this.#takeOver(place, assigned)
    } finally {
      assigned.isBusy = false
    }
  }

  /** Takes over all that was written to objects after they were assigned. @throws what a write to the session throws */
  settle(): void {
    for (const place of this.#assigned) if (place.isAttached) this.#look(place)
  }

  /** A value in `place` is about to be written through the session: from here on, what was assigned there is another one. */
  part(place: Place): void {
    if (this.#assigned.size === 0) return
    for (let at: Place | string = place; typeof at !== 'string'; at = at.above) {
      if (at.assigned?.held !== at.container) continue
      this.#look(at)
      at.assigned.held = plainCopy(at.container, '') as Container // as: a copy of a container is one
    }
  }

  #placeOf(container: Container, above: Place | string): Place {
    const known = this.#places.get(container)
    if (known !== undefined) return known
    const place = new Place(this, container, above)
    this.#places.set(container, place)
    return place
  }

  #takeOver(place: Place, assigned: Assigned): void {
    const path = place.path()
    if (assigned.held !== place.container) {
      throw wrong(
        `${path} was written through the session and through the object that was assigned to it, and only one of both could be kept. Once it is assigned, write to ${path} alone.`,
      )
    }
    assigned.claim(path)
    const next = this.host.copy(assigned.given, path, place.depth - 1)
    // Its getters may have ended the session, or replaced what is there.
    place.assertWritable()
    if (!isContainer(next)) return
    this.host.resize(place.key, this.host.jsonBytes(next) - this.host.jsonBytes(place.container))
    become(place.container, next, this)
    assigned.bytes = undefined
  }
}

/** One for all containers of a session: which of them it is, the target says. */
function handlerOf(places: TrackedValues, known: ReadonlyMap<Container, Place>): ProxyHandler<Container> {
  const placeOf = (target: Container): Place => {
    const place = known.get(target)
    if (place !== undefined) return place
    throw wrong('A value of a session is where it was handed out.')
  }
  return {
    get: function get(target, name) {
      if (name === PLACE) return true
      const place = placeOf(target)
      if (place.assigned !== undefined) blameCaller(get, () => places.glance(place))
      if (typeof name === 'string' && Array.isArray(target) && isMutator(name)) {
        const method = (...args: unknown[]): unknown => blameCaller(method, () => mutate(place, target, name, args))
        return method
      }
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'object' || value === null) return value
      if (Object.hasOwn(target, name)) return places.handOut(value as Json, place) // as: all that is in here is JSON
      // What an array inherits is no data; its prototype is nobody's to write to through a session.
      return typeof name === 'symbol' ? value : undefined
    },
    getOwnPropertyDescriptor(target, name) {
      const descriptor = Reflect.getOwnPropertyDescriptor(target, name)
      // `length` of an array is not configurable, so a proxy must show it as it is.
      if (descriptor === undefined || descriptor.configurable === false) return descriptor
      return { ...descriptor, value: places.handOut(descriptor.value as Json, placeOf(target)) } // as: see get
    },
    set: function set(target, name, value) {
      const place = placeOf(target)
      blameCaller(set, () => {
        if (typeof name === 'symbol') {
          place.beginWrite()
          throw wrong(`${place.path()}[symbol] has a symbol for a key and cannot be stored: JSON drops it.`)
        }
        if (Array.isArray(target)) setItem(place, target, name, value)
        else setProperty(place, target, name, value)
      })
      return true
    },
    deleteProperty: function deleteProperty(target, name) {
      const place = placeOf(target)
      blameCaller(deleteProperty, () => {
        if (typeof name === 'symbol' || !Object.hasOwn(target, name)) place.beginWrite()
        else if (Array.isArray(target)) refuseDelete(place, name)
        else removeProperty(place, target, name)
      })
      return true
    },
    defineProperty: () => false,
    preventExtensions: () => false,
    setPrototypeOf: () => false,
  }
}
