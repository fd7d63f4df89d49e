import { elapsed, setTimeout } from '../timers.ts'
import { NO_CONNECTION } from './redis-commands.ts'

/** How often somebody looks whether the connection is back, in milliseconds. */
const LOOKS_EVERY = 10

interface Waiter {
  readonly until: number
  readonly goOn: () => void
  readonly giveUp: (error: Error) => void
}

/**
 * Waits until a client has a connection, in place of its own queue: that one keeps what nobody waits for any more, 3.8 kB for each
 * request of an outage, and still sends it when the outage is over, sign-ins included that were answered with an error.
 */
export function createPatience(isAway: () => boolean): (milliseconds: number) => Promise<void> {
  const waiting = new Set<Waiter>()
  const look = (): void => {
    const now = elapsed()
    const isBack = !isAway()
    for (const waiter of waiting) {
      const isLate = now >= waiter.until
      if (!isBack && !isLate) continue
      waiting.delete(waiter)
      if (isLate) waiter.giveUp(new Error(NO_CONNECTION))
      else waiter.goOn()
    }
    if (waiting.size > 0) setTimeout(look, LOOKS_EVERY)
  }
  return (milliseconds) =>
    new Promise((goOn, giveUp) => {
      if (waiting.size === 0) setTimeout(look, LOOKS_EVERY)
      waiting.add({ until: elapsed() + milliseconds, goOn, giveUp })
    })
}
