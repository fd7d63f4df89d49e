import { clearTimeout, elapsed, setImmediate, setTimeout } from './timers.ts'

/**
 * The answer, or an error once there was none for `milliseconds`.
 *
 * @param complaint what the error says
 * @param since from when they count, by `elapsed()`, where that is later than the call: a queue that moves is worth
 *   waiting in
 */
export function waitFor<Answer>(
  answer: PromiseLike<Answer>,
  milliseconds: number,
  complaint: string,
  since: () => number = () => 0,
): Promise<Answer> {
  // By hand, because Promise.race would cost more than everything else around a statement.
  return new Promise((resolve, reject) => {
    const begun = elapsed()
    const look = (): void => {
      const left = Math.max(begun, since()) + milliseconds - elapsed()
      if (left >= 1) timer = setTimeout(look, left)
      // A process that was busy itself reads first what has arrived meanwhile.
      else setImmediate(reject, new Error(complaint))
    }
    let timer = setTimeout(look, milliseconds)
    answer.then(
      (value) => {
        clearTimeout(timer)
        return resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        return reject(error)
      },
    )
  })
}

/**
 * The answer, or an error once its asker has waited for `asker` milliseconds; from then on it is waited for on behalf of its
 * connection alone. One timer for both, because every check of a user session waits so.
 *
 * @param silence milliseconds after which the connection is given up, and the asker with it
 * @param onEnd hears once how it ended for the connection: with an answer, or with an error
 * @param since when the asker began to wait, by `elapsed()`
 */
export function waitInTurn<Answer>(
  answer: PromiseLike<Answer>,
  silence: number,
  onEnd: (error?: unknown) => void,
  asker: number = Number.POSITIVE_INFINITY,
  since = 0,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const silentAt = elapsed() + silence
    let until = Math.min(since + asker, silentAt)
    let isOver = false
    const end = (error?: unknown): void => {
      clearTimeout(timer)
      if (isOver) return
      isOver = true
      onEnd(error)
    }
    const giveUp = (): void => {
      if (isOver) return
      const error = new Error(`no answer within ${until === silentAt ? silence : asker} ms`)
      reject(error)
      if (until === silentAt) return end(error)
      until = silentAt
      return look()
    }
    const look = (): void => {
      const left = until - elapsed()
      if (left >= 1) timer = setTimeout(look, left)
      // A process that was busy itself reads first what has arrived meanwhile.
      else setImmediate(giveUp)
    }
    let timer = setTimeout(look, until - elapsed())
    answer.then(
      (value) => {
        end()
        return resolve(value)
      },
      (error: unknown) => {
        end(error)
        return reject(error)
      },
    )
  })
}
