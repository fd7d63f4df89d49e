import type { RefusedReason } from '../errors.ts'

/**
 * What is wrong with a message, in Rails' three kinds (active_support/messages/rotator.rb): `format`, it does not
 * authenticate or is no message; `serialization`, its payload cannot be read; `content`, it is authentic and refused, for
 * its purpose or its age.
 */
export type Fault = 'format' | 'serialization' | 'content'

/** What reading with one key gives. */
export type Attempt<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: RefusedReason; readonly fault: Fault }

/** `index` is the place of the key that read it: 0 is the current one, anything above is a rotation. */
export type RotatedAttempt<Value> =
  | { readonly ok: true; readonly value: Value; readonly index: number }
  | { readonly ok: false; readonly reason: RefusedReason; readonly fault: Fault }

/** Whether an authentic message of the wrong purpose or age ends the search, or the next key is tried. */
export interface RotationRule {
  readonly current: 'stop' | 'next'
  readonly previous: 'stop' | 'next'
}

/** Rails 7.1 and newer: whatever authenticates is the answer. */
export const STOP_AT_AUTHENTIC: RotationRule = { current: 'stop', previous: 'stop' }
/** Encrypted messages up to 7.0. */
export const STOP_AT_CURRENT: RotationRule = { current: 'stop', previous: 'next' }
/** Signed messages up to 7.0. */
export const NEVER_STOP: RotationRule = { current: 'next', previous: 'next' }

/**
 * Reads with the current key, then with each rotation in order, until one reads it. When none does, the answer is what
 * the current key said; with a rule that stops, what the key said that it stopped at.
 *
 * @param keys the current one first
 */
export function readRotated<Key, Value>(
  keys: readonly Key[],
  read: (key: Key) => Attempt<Value>,
  rule: RotationRule = STOP_AT_AUTHENTIC,
): RotatedAttempt<Value> {
  let first: RotatedAttempt<Value> | undefined
  for (let index = 0; index < keys.length; index++) {
    const attempt = read(keys[index] as Key) // as: `index` is below the length
    if (attempt.ok) return { ok: true, value: attempt.value, index }
    if (attempt.fault === 'content' && (index === 0 ? rule.current : rule.previous) === 'stop') return attempt
    first ??= attempt
  }
  return first ?? { ok: false, reason: 'malformed', fault: 'format' }
}
