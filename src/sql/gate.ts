import { elapsed } from '../timers.ts'
import { waitFor } from '../wait.ts'

/** How long may be waited, in milliseconds. */
export interface Patience {
  /** From how long without any answer a connection counts as broken, and a queue that does not move as stuck. */
  readonly silence: number
  /** How long whoever asks waits, whatever moves. */
  readonly asker: number
  /** Whether the asker is told when that is over, though the connection may still give its answer. Default: it stays for it. */
  readonly leaves?: boolean
}

/**
 * Lets in as many as a client has connections. Those who wait for one wait here, and not in the client's own queue: that one keeps
 * whoever has given up, and would still carry out what they wanted.
 */
export interface Gate {
  /** @param begun when the asker began to wait, by `elapsed()` @returns `undefined` where there is room at once */
  enter(patience: Patience, begun: number): Promise<void> | undefined
  readonly leave: () => void
  /** What a queue gives, within what is left of the patience. */
  wait<Answer>(answer: PromiseLike<Answer>, patience: Patience, begun: number): Promise<Answer>
}

export function createGate(room: number): Gate {
  let free = room
  let movedAt = 0
  const waiting = new Set<() => void>()

  const wait: Gate['wait'] = async (answer, { silence, asker }, begun) => {
    const end = begun + asker
    const complaint = `no connection was free within ${Math.min(silence, asker)} ms`
    // A queue that moves is the load of the moment, not a client whose connections have broken.
    const since = (): number => Math.min(movedAt, end - silence)
    const given = await waitFor(answer, Math.min(silence, end - elapsed()), complaint, since)
    // A process that was busy itself hears of it when the asker has gone.
    if (elapsed() >= end) throw new Error(complaint)
    return given
  }

  const leave = (): void => {
    movedAt = elapsed()
    const [next] = waiting
    if (next === undefined) free++
    else {
      waiting.delete(next)
      next()
    }
  }

  return {
    wait,
    leave,
    enter(patience, begun) {
      if (free > 0) {
        free--
        return undefined
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.add(resolve)
      return wait(promise, patience, begun).catch((error: unknown) => {
        // It may have been let in when it gave up.
        if (!waiting.delete(resolve)) leave()
        throw error
      })
    },
  }
}
