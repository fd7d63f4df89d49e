import { cookieSeconds } from '../duration.ts'
import { SessionError } from '../errors.ts'
import { ASSURANCE_TIMEOUTS, type AssuranceLevel, type Timeouts } from '../session/assurance.ts'
import type { Lifetime } from '../session/lifetime.ts'

/**
 * How long a user session may last, by the authenticator assurance levels of NIST SP 800-63B-4 (§2.1.3, §2.2.3, §2.3.3):
 * `aal1` 14 days unused and 30 days at most, `aal2` an hour and a day, `aal3` 15 minutes and 12 hours. Or both spans.
 */
export type Limits = AssuranceLevel | Timeouts

/** @throws `ERR_OPTIONS`; "for ever" cannot be written: 400 days is the most, as browsers keep a cookie no longer */
export function checkLimits(limits: Limits): Lifetime {
  const spans = typeof limits === 'string' ? ASSURANCE_TIMEOUTS[limits] : limits
  if (typeof spans !== 'object' || spans === null) {
    throw new SessionError(
      'ERR_OPTIONS',
      `limits is ${JSON.stringify(limits)}, expected 'aal1', 'aal2', 'aal3' or { idleTimeout, absoluteTimeout }.`,
    )
  }
  const idleSeconds = cookieSeconds(spans.idleTimeout, 'limits.idleTimeout')
  const absoluteSeconds = cookieSeconds(spans.absoluteTimeout, 'limits.absoluteTimeout')
  if (idleSeconds > absoluteSeconds) {
    throw new SessionError(
      'ERR_OPTIONS',
      `limits.idleTimeout ${spans.idleTimeout} is longer than limits.absoluteTimeout ${spans.absoluteTimeout}, so it would never apply.`,
    )
  }
  return { idleSeconds, absoluteSeconds }
}
