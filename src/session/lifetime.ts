import type { RefusedReason } from '../errors.ts'

/** How long a session may last, in whole seconds. Both are enforced from the seal, never from Max-Age. */
export interface Lifetime {
  /** Without a request that writes it or slides it. */
  readonly idleSeconds: number
  /** Since sign-in, however active its owner is. */
  readonly absoluteSeconds: number
}

/** When a session began and when it was last written, in whole seconds since 1970. */
export interface SessionTimes {
  readonly created: number
  readonly slid: number
}

/**
 * Clocks of a fleet differ. A session from less than a minute ahead counts as written now; one from further ahead is
 * refused, because no timeout would hold for it.
 */
const CLOCK_SKEW_SECONDS = 60

/** The reason to refuse the session at `now`, or `undefined` while it is good. */
export function expiry(times: SessionTimes, lifetime: Lifetime, now: number): RefusedReason | undefined {
  const age = now - times.created
  const idle = now - times.slid
  if (age >= lifetime.absoluteSeconds || age < -CLOCK_SKEW_SECONDS) return 'expired-absolute'
  if (idle >= lifetime.idleSeconds || idle < -CLOCK_SKEW_SECONDS) return 'expired-idle'
  return undefined
}

/**
 * Whether a request that only reads should write the session again so that it stays alive: once a tenth of the idle
 * timeout has passed. A visitor is signed out up to a tenth early, never late, and nine of ten reads send no cookie.
 */
export function slideIsDue(times: SessionTimes, lifetime: Lifetime, now: number): boolean {
  return (now - times.slid) * 10 >= lifetime.idleSeconds
}

/** Max-Age of a persistent cookie that is written at `now`: to the earlier of the two limits, in seconds. */
export function secondsLeft(times: SessionTimes, lifetime: Lifetime, now: number): number {
  return Math.max(0, Math.min(lifetime.idleSeconds, times.created + lifetime.absoluteSeconds - now))
}
