import type { Duration } from '../duration.ts'

/** An authenticator assurance level of NIST SP 800-63B-4. */
export type AssuranceLevel = 'aal1' | 'aal2' | 'aal3'

/** Both limits of a session. */
export interface Timeouts {
  readonly idleTimeout: Duration
  readonly absoluteTimeout: Duration
}

/** The longest that each level lets a session last (§2.1.3, §2.2.3, §2.3.3); `aal1` names no idle limit, and has ours. */
export const ASSURANCE_TIMEOUTS: Readonly<Record<AssuranceLevel, Timeouts>> = {
  aal1: { idleTimeout: '14d', absoluteTimeout: '30d' },
  aal2: { idleTimeout: '1h', absoluteTimeout: '24h' },
  aal3: { idleTimeout: '15m', absoluteTimeout: '12h' },
}
