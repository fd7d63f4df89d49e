/** How long an answer counts, in milliseconds: a socket, a stream or a job may hold its session for hours. */
const LONGEST = 5000

/** How many users a process knows to have revoked; beyond that, everybody is asked about again. */
const MOST_REVOKED = 10_000

interface Remembered<Answer> {
  readonly answer: Answer
  /** Milliseconds since 1970: when it was asked for. */
  readonly askedAt: number
  /** How many revocations this process had made by then. */
  readonly revocations: number
}

/**
 * Answers by what was asked about, each for as long as it surely says what the server would say now, but for five seconds: not
 * after this process itself revoked the user.
 */
export class RememberedAnswers<Subject extends object, Answer> {
  readonly #now: () => number
  readonly #answers = new WeakMap<Subject, Remembered<Answer>>()
  #revocations = 0
  /** By user: the number of the last revocation. */
  readonly #lastOf = new Map<string, number>()
  #lastOfEverybody = 0

  /** @param now milliseconds since 1970, by the clock of the sessions */
  constructor(now: () => number) {
    this.#now = now
  }

  /** @param userKey whom the answer is about; `undefined` for nobody, of whom it stays true */
  get(subject: Subject, userKey: string | undefined): Answer | undefined {
    const known = this.#answers.get(subject)
    if (known === undefined || userKey === undefined) return known?.answer
    const age = this.#now() - known.askedAt
    // A clock that went back says nothing of the age.
    if (age < 0 || age >= LONGEST) return undefined
    const last = Math.max(this.#lastOfEverybody, this.#lastOf.get(userKey) ?? 0)
    return last > known.revocations ? undefined : known.answer
  }

  set(subject: Subject, answer: Answer): void {
    this.#answers.set(subject, { answer, askedAt: this.#now(), revocations: this.#revocations })
  }

  /** Forgets what is known of it; with `answer`, only if it is that. */
  forget(subject: Subject, answer?: Answer): void {
    if (answer === undefined || this.#answers.get(subject)?.answer === answer) this.#answers.delete(subject)
  }

  /** What is remembered of that user, or of everybody, does not count any more. */
  revoke(userKey?: string): void {
    this.#revocations++
    if (userKey !== undefined && this.#lastOf.size < MOST_REVOKED) {
      this.#lastOf.set(userKey, this.#revocations)
      return
    }
    this.#lastOf.clear()
    this.#lastOfEverybody = this.#revocations
  }
}
