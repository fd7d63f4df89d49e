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
  /** `undefined` for what was written, because what it holds now is what counts. One map, as every write makes one. */
  readonly #sums = new Map<string, number | undefined>()

  note(key: string, by: number): void {
    const sum = this.#sums.get(key)
    if (sum !== undefined || !this.#sums.has(key)) this.#sums.set(key, (sum ?? 0) + by)
  }

  /** The key was written. */
  forget(key: string): void {
    this.#sums.set(key, undefined)
  }

  get sums(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>()
    for (const [key, sum] of this.#sums) if (sum !== undefined) sums.set(key, sum)
    return sums.size === 0 ? NO_ADDITIONS : sums
  }
}

export const NO_ADDITIONS: ReadonlyMap<string, number> = new Map()
