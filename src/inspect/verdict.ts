import { isTooLarge } from '../cookies/budget.ts'
import type { CookieFormat } from '../cookies/session-format.ts'
import type { Duration } from '../duration.ts'
import { createSessions } from '../sessions.ts'
import type { Subject } from './explanation.ts'
import type { Verdict } from './report.ts'

export interface Timeouts {
  readonly idleTimeout?: Duration | undefined
  readonly absoluteTimeout?: Duration | undefined
}

export const NO_SECRET: Verdict = { ok: false, reason: 'no-secret' }

/** What opening the cookie says: the very code of sessions and jar, so that inspecting never disagrees with them. */
export function judge({ name, kind, value, now }: Subject, format: CookieFormat, timeouts: Timeouts = {}): Verdict {
  const clock = (): number => now
  const sessions = createSessions({ name, format, clock, ...timeouts })
  if (kind !== 'session' && isTooLarge(name, value)) return { ok: false, reason: 'too-large' }
  const sealers = format.sealers(clock)(name)
  const opened = kind === 'session' ? sessions.open(value) : sealers[kind].open(value, Math.floor(now / 1000))
  return opened.ok ? { ok: true, secret: opened.secret } : { ok: false, reason: opened.reason }
}
