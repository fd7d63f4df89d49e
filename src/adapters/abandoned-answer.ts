import { isHttp2, sendingOf, type NodeResponse, type Sending } from './node-response.ts'

type Callback = (error: unknown) => void

/**
 * An answer that does not leave, because another one takes its place on the same response. Whoever still writes to it finds
 * what they would find if the client had gone: `write` returns false and no `drain` follows, callbacks get the error, and
 * nothing throws.
 */
export interface AbandonedAnswer {
  /** Takes what is sent to this answer. */
  take(method: keyof Sending, args: readonly unknown[]): unknown
  /** Calls with the error, when the other answer has left: what a writer does then may end the connection. */
  tell(callback: Callback): void
  /**
   * Lets `answer` answer instead. The response gets its first methods back: a middleware that has wrapped them since has had
   * its turn with this answer and may let no other through, as `compression` does.
   */
  replace(methods: Sending, wasEnded: boolean, answer: () => unknown): void
}

export function abandonAnswer(response: NodeResponse, error: unknown): AbandonedAnswer {
  const isClosed = isHttp2(response) ? response.stream.destroyed : response.closed
  const closed = isClosed ? Promise.resolve() : new Promise((resolve) => response.once('close', resolve))

  const tell: AbandonedAnswer['tell'] = (callback) => {
    // oxlint-disable-next-line promise/no-callback-in-promise -- whoever gave it has no promise
    void closed.then(() => callback(error))
  }

  const take: AbandonedAnswer['take'] = (method, args) => {
    const callback = args.find((argument) => typeof argument === 'function')
    if (callback !== undefined) tell(callback as Callback) // as: `write` and `end` take no other function
    return method !== 'write' && response
  }

  const replace: AbandonedAnswer['replace'] = (methods, wasEnded, answer) => {
    const headers = response.getHeaderNames().length
    let isNew = true
    let isOver = false
    /**
     * Both writers call the same methods. An answer that was ended has no writer left; where it was not, the old one is
     * whoever writes before the other answer has a status or a header, or after it was ended.
     */
    const gate =
      (method: 'write' | 'end') =>
      (...args: unknown[]): unknown => {
        isNew ||= response.statusCode !== 200 || response.getHeaderNames().length !== headers
        if (isOver || !isNew) return take(method, args)
        const result = methods[method].apply(response, args)
        isOver = method === 'end'
        return result
      }
    Object.assign(sendingOf(response), methods, { write: gate('write'), end: gate('end') })
    // A pipe that was paused must not wake when the other answer drains. A pipeline wakes later, and takes the error as such.
    for (const waiting of response.listeners('drain')) tell(waiting as Callback) // as: takes no other argument
    response.removeAllListeners('drain')
    try {
      answer()
    } finally {
      isNew = wasEnded || response.headersSent
    }
  }

  return { take, tell, replace }
}
