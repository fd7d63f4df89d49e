import { SessionError } from '../errors.ts'
import { isContainer, isCopyOf } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'

/** A value with others in it. */
export type Container = Json[] | JsonObject

/**
 * An object that the application assigned, and still has in its hands: the value of `session.cart ||= []` is that array, and
 * not what the session holds of it. What is written to it is taken over when the session is next looked at, and at the commit.
 */
export class Assigned {
  readonly given: object
  /** What the session had of it when both were last the same. */
  held: Container
  /** While it is looked at: its getters may look at the session. */
  isBusy = false
  /** Of its JSON, once somebody read it. */
  bytes: number | undefined
  /** How many bytes of JSON were compared because somebody read it. */
  bytesSeen = 0

  readonly mark: RequestMark

  constructor(given: object, held: Container, mark: RequestMark) {
    this.given = given
    this.held = held
    this.mark = mark
    if (fresh.push(this) === 1) queueMicrotask(noteOwners)
  }

  get isChanged(): boolean {
    return !isCopyOf(this.given, this.held)
  }

  /**
   * Says that this request alone may change the object from here on.
   *
   * @throws `ERR_SESSION_VALUE` where another one has it in its session, too: what is in it now may be another visitor's
   */
  claim(path: string): void {
    if (own(this.given, this.held, this.mark)) return
    throw new SessionError(
      'ERR_SESSION_VALUE',
      `${path} was assigned an object that another session has too, and that was changed since: what it holds now may be another visitor's. Assign a copy, as structuredClone(value).`,
    )
  }
}

/** Stands for a request, where its session itself would be kept alive. */
export interface RequestMark {
  /** Whether its response has left. */
  isOver: boolean
}

/** The request that has an object in its session, or `SHARED`. */
const owners = new WeakMap<object, RequestMark>()
const SHARED: RequestMark = { isOver: false }

/**
 * What was assigned since the last turn. Noted at its end, because only then another request can come in between; most
 * requests that assign something are over by then, and noting takes as long as all of their assignment.
 */
const fresh: Assigned[] = []

function noteOwners(): void {
  for (const { given, held, mark } of fresh.splice(0)) if (!mark.isOver) own(given, held, mark)
}

/** Whether an object, and all that is in it, is that request's alone. */
function own(given: object, held: Container, mark: RequestMark): boolean {
  const owner = owners.get(given)
  if (owner === undefined) owners.set(given, mark)
  else if (owner !== mark) owners.set(given, SHARED)
  let isOwn = owner === undefined || owner === mark
  for (const [inside, copy] of containersIn(given, held)) isOwn = own(inside, copy, mark) && isOwn
  return isOwn
}

function containersIn(given: object, held: Container): (readonly [object, Container])[] {
  const found: (readonly [object, Container])[] = []
  for (const [name, copy] of Object.entries(held)) {
    if (!isContainer(copy)) continue
    const inside: unknown = Reflect.get(given, name)
    if (typeof inside === 'object' && inside !== null) found.push([inside, copy])
  }
  return found
}

/** Hears what happens to containers. */
interface Listener {
  leave(value: Json | undefined): void
  changed(container: Container): void
}

/**
 * Makes the content of `container` that of `next`, in place, so that whoever holds a part of it that is in both goes on
 * holding it.
 */
export function become(container: Container, next: Container, listener: Listener): void {
  listener.changed(container)
  for (const name of Object.keys(container)) if (!(name in next)) listener.leave(take(container, name))
  if (Array.isArray(container) && Array.isArray(next)) container.length = Math.min(container.length, next.length)
  for (const [name, value] of Object.entries(next)) {
    const before = Reflect.get(container, name) as Json | undefined // as: all that is in here is JSON
    if (isContainer(before) && isContainer(value) && Array.isArray(before) === Array.isArray(value)) {
      become(before, value, listener)
    } else if (before !== value) {
      listener.leave(before)
      Reflect.set(container, name, value)
    }
  }
}

function take(container: Container, name: string): Json | undefined {
  const value = Reflect.get(container, name) as Json | undefined // as: see `become`
  Reflect.deleteProperty(container, name)
  return value
}
