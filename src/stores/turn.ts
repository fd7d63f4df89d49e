import { setImmediate } from '../timers.ts'

/** A stream that can keep what is written to it, and write it in one piece. */
export interface Corkable {
  cork(): void
  uncork(): void
}

/** One turn of the event loop. */
export interface Turn {
  /** What is written to that stream from here on leaves together, when the turn is over. */
  hold(stream: Corkable | undefined): void
}

export function createTurn(): Turn {
  let held: Corkable | undefined
  const release = (): void => {
    held?.uncork()
    held = undefined
  }
  return {
    hold(stream) {
      // A client may have opened another connection within the turn.
      if (stream === undefined || stream === held) return
      if (held === undefined) setImmediate(release)
      else held.uncork()
      stream.cork()
      held = stream
    },
  }
}
