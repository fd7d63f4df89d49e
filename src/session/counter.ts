import { SessionError } from '../errors.ts'
import type { Json } from '../serializers/serializer.ts'

/** Whole numbers of up to 15 digits are exact in JSON, in JavaScript, in Lua and in every database. */
const LARGEST = 999_999_999_999_999

/**
 * The counter after `by` was added; none counts as 0.
 *
 * @param path what to call it in the error, as `session.views`
 * @throws `ERR_SESSION_VALUE`
 */
export function addToCounter(before: Json | undefined, by: number, path: string): number {
  if (!isWhole(by)) {
    throw refuse(path, `is incremented by ${typeof by === 'number' ? by : `a value of type ${typeof by}`}`)
  }
  if (before !== undefined && !isWhole(before)) {
    const what = Array.isArray(before) ? 'an array' : before === null ? 'null' : `a value of type ${typeof before}`
    throw refuse(path, `holds ${typeof before === 'number' ? 'a number that is not whole' : what} and was incremented`)
  }
  const sum = (before ?? 0) + by
  if (!isWhole(sum)) throw refuse(path, `would pass ${LARGEST}`)
  return sum
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= LARGEST // as: isInteger says that it is a number
}

function refuse(path: string, what: string): SessionError {
  return new SessionError('ERR_SESSION_VALUE', `${path} ${what}, expected a whole number of at most 15 digits.`)
}

/** What was added to counters, for those that nothing else wrote: a store can add it to what others have added meanwhile. */
export class Additions {
  readonly sums: Map<string, number> = new Map()
  readonly #written: Set<string> = new Set()

  note(key: string, by: number): void {
    if (!this.#written.has(key)) this.sums.set(key, (this.sums.get(key) ?? 0) + by)
  }

  /** The key was written, so what it holds now is what counts. */
  forget(key: string): void {
    this.#written.add(key)
    this.sums.delete(key)
  }
}

export const NO_ADDITIONS: ReadonlyMap<string, number> = new Map()
