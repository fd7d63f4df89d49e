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
