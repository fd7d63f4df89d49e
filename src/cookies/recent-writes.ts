/** How many sessions are remembered. What a request is late for was written while it ran, by one of a few thousand others. */
const MOST = 10_000

/** When this process last sent a cookie of a session, by the session's id, for as many as were written last. */
export class RecentWrites {
  readonly #at = new Map<string, number>()

  /** @param at milliseconds of a clock that only goes up */
  note(id: string, at: number): void {
    this.#at.delete(id) // so that it comes last
    this.#at.set(id, at)
    if (this.#at.size <= MOST) return
    for (const oldest of this.#at.keys()) {
      this.#at.delete(oldest)
      return
    }
  }

  isAfter(id: string, since: number): boolean {
    return (this.#at.get(id) ?? -Infinity) >= since
  }
}
