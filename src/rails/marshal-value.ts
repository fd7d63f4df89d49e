import { MAXIMUM_DEPTH, nullObject } from '../serializers/plain.ts'

/**
 * What a Rails payload says, as plain data. A `bigint` is an integer beyond 2^53, which no JSON number holds: whoever
 * makes JSON of it decides. There is no `NaN` and no infinity: Rails' JSON writes null for them, and so do the readers.
 */
export type RubyValue = string | number | bigint | boolean | null | RubyFloat | RubyValue[] | RubyHash

/**
 * A Float that JavaScript would write in another way, as Ruby's `1.0`: JavaScript has one number for it and for the Integer 1,
 * and Ruby has not.
 */
export class RubyFloat {
  readonly value: number
  /** As it stood in JSON, where it came from there: `1.0`, `2.50`, `1e400`. */
  declare readonly text?: string

  constructor(value: number, text?: string) {
    this.value = value
    if (text !== undefined) this.text = text
  }

  toJSON(): number {
    return this.value
  }
}

/** A Hash; its keys are text, as in Rails' JSON, and it has no prototype. */
export interface RubyHash {
  [key: string]: RubyValue
}

/** An empty hash, as {@link nullObject} makes objects for JSON. */
export function rubyHash(): RubyHash {
  return nullObject()
}

/** Whether a container with `depth` others around it is too deep, by the limit that JSON has here and in Rails. */
export function isTooDeep(depth: number): boolean {
  return depth >= MAXIMUM_DEPTH
}

/** The whole number `value`, which stays a `bigint` only where a number would round it. */
export function rubyInteger(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Ruby's Float as Rails' JSON has it: null where JSON has no such number. */
export function rubyFloat(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** Whether a value has others in it. */
export function isContainer(value: RubyValue): value is RubyValue[] | RubyHash {
  return typeof value === 'object' && value !== null && !(value instanceof RubyFloat)
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8, or `undefined` for other bytes; Rails' JSON refuses those too. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return undefined
  }
}
