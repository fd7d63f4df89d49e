/** How many sessions are remembered at least, and half of how many at the most. */
const GENERATION = 5000

/**
 * When this process last sent a cookie of a session, by the session's id, for those that were written last. What a request is late
 * for was written while it ran, and few requests see thousands of others come and go.
 */
export class RecentWrites {
  #young = new Map<string, number>()
  #old = new Map<string, number>()

  /** @param at milliseconds of a clock that only goes up */
  note(id: string, at: number): void {
    this.#young.set(id, at)
    if (this.#young.size < GENERATION) return
    this.#old = this.#young
    this.#young = new Map()
  }

  isAfter(id: string, since: number): boolean {
    return (this.#young.get(id) ?? this.#old.get(id) ?? -Infinity) > since
  }
}
