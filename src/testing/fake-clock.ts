import { seconds, type Duration } from '../duration.ts'

/** A clock for the option `clock`, which stands still until a test moves it. */
export interface FakeClock {
  /** Milliseconds since 1970. */
  (): number
  /** Moves on: `clock.advance('15m')`. */
  advance(duration: Duration): void
  /** Moves to that time, forth or back. */
  set(time: Date): void
}

/**
 * A clock that stands still, from the first moment of 2026 or from `start`.
 *
 * ```ts
 * const clock = fakeClock()
 * const sessions = createSessions({ name: 'session', secrets, idleTimeout: '15m', clock })
 * clock.advance('16m') // and who was signed in is so no more
 * ```
 */
export function fakeClock(start: Date = new Date(Date.UTC(2026, 0, 1))): FakeClock {
  let now = start.getTime()
  return Object.assign(() => now, {
    advance(duration: Duration) {
      now += seconds(duration, 'duration') * 1000
    },
    set(time: Date) {
      now = time.getTime()
    },
  })
}
