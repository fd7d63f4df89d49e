import { SessionError } from '../errors.ts'
import { isContainer, pathTo, type Path } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import type { Assigned, Container } from './assigned.ts'

/** What the containers of a session ask of it. */
export interface PlaceHost {
  /** The value of a key, while the session has it. */
  get(key: string): Json | undefined
  /** @throws when the session cannot be written any more */
  assertWritable(path: Path): void
  readonly refusesRecords: boolean
  /** A storable copy for a place that many containers deep. @throws `ERR_SESSION_VALUE` */
  copy(value: unknown, path: Path, depth: number): Json
  /** The bytes of a value's JSON. */
  jsonBytes(value: Json): number
  /**
   * Notes that the JSON of a key is about to change by that many bytes.
   *
   * @throws `ERR_COOKIE_OVERFLOW`, `ERR_SESSION_OVERFLOW`, `ERR_SESSION_VALUE` where it may not
   */
  resize(key: string, by: number): void
}

/** What a container asks of the others in its session. */
export interface Places {
  readonly host: PlaceHost
  readonly handler: ProxyHandler<Container>
  /** `value` as handlers may hold it. */
  handOut(value: Json, above: Place): unknown
  /** Something in `place` is about to be written through the session. */
  part(place: Place): void
  /** `copy` is what the session has of `given`, which its owner may go on writing to. */
  assign(given: unknown, copy: Json | undefined, above: Place): void
  /** The value left the session. */
  leave(value: Json | undefined): void
}

/**
 * Where an object or array is in a session. Each knows the one above it, so that its path is found when an error wants it, and
 * whether it is still in the session without a look at anything beside it.
 */
export class Place {
  readonly places: Places
  readonly container: Container
  /** The place of the container that it is in, or the session's key. */
  readonly above: Place | string
  /** The session's key that it is under. */
  readonly key: string
  /** How many containers deep it is, itself included. */
  readonly depth: number
  /** Whether it was taken out of the container above. */
  hasLeft = false
  /** What was assigned here in this request. */
  assigned: Assigned | undefined
  /** How many properties an object has, once it was written. */
  count: number | undefined
  /** How often an array was changed. */
  changes = 0
  #proxy: object | undefined

  constructor(places: Places, container: Container, above: Place | string) {
    this.places = places
    this.container = container
    this.above = above
    this.key = typeof above === 'string' ? above : above.key
    this.depth = typeof above === 'string' ? 1 : above.depth + 1
  }

  /** The container as handlers may hold it. */
  get proxy(): object {
    return (this.#proxy ??= new Proxy(this.container, this.places.handler))
  }

  get isAttached(): boolean {
    if (typeof this.above === 'string') return this.places.host.get(this.above) === this.container
    return !this.hasLeft && this.above.isAttached
  }

  path(): string {
    if (typeof this.above === 'string') return pathTo('session', this.above)
    const { container } = this.above
    if (Array.isArray(container)) return `${this.above.path()}[${container.indexOf(this.container)}]`
    const name = Object.keys(container).find((key) => container[key] === this.container) ?? ''
    return pathTo(this.above.path(), name)
  }

  /** Before anything in it is written. @throws where that could not be kept */
  beginWrite(): void {
    this.assertWritable()
    this.places.part(this)
  }

  assertWritable(): void {
    const root = (): string => pathTo('session', this.key)
    this.places.host.assertWritable(root)
    if (this.isAttached) return
    throw wrong(
      `A value that was read from ${root()} was written, but it is in the session no more, so the write would be lost. Read ${root()} again after replacing it.`,
    )
  }

  /** A copy for a place in this container. Its getters may have ended the session, or taken this container out of it. */
  copy(value: unknown, path: Path): Json {
    const copy = this.places.host.copy(value, path, this.depth)
    if (isContainer(copy)) this.assertWritable()
    return copy
  }

  /** What is in it was changed in a way that was not counted here. */
  changed(): void {
    this.count = undefined
    this.changes++
  }
}

export function wrong(message: string): SessionError {
  return new SessionError('ERR_SESSION_VALUE', message)
}
