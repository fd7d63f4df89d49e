import { MOST_QUESTIONS } from '../stores/store.ts'
import { elapsed } from '../timers.ts'

/** So many of them may be without an answer when their time is over: such a store is down. */
const MOST_LATE = 1000

/** From how long after its time a question counts as one that nobody will answer, in milliseconds. */
const LOST_AFTER = 60_000

/** A question whose time is over. */
export interface LateQuestion {
  readonly at: number
}

/**
 * Counts what was asked and not answered, the late ones included, because the client of a store may keep those: an outage must not
 * fill the memory, and a store that is lost in work is not helped by more of it.
 */
export class OpenQuestions {
  #open = 0
  readonly #late = new Set<LateQuestion>()

  /** Whether there are too many to ask one more. */
  get areMany(): boolean {
    if (this.#open < MOST_QUESTIONS && this.#late.size < MOST_LATE) return false
    const then = elapsed() - LOST_AFTER
    for (const question of this.#late) {
      if (question.at > then) break
      this.end(question)
    }
    return this.#open >= MOST_QUESTIONS || this.#late.size >= MOST_LATE
  }

  get count(): number {
    return this.#open
  }

  begin(): void {
    this.#open++
  }

  /** Its time is over, and it stays open. */
  late(): LateQuestion {
    const question = { at: elapsed() }
    this.#late.add(question)
    return question
  }

  /** @param late what `late` gave for it */
  end(late: LateQuestion | undefined): void {
    if (late === undefined || this.#late.delete(late)) this.#open--
  }
}
