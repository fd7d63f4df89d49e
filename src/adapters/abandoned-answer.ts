import { isHttp2, sendingOf, type NodeResponse, type Sending } from './node-response.ts'

/**
 * An answer that does not leave, because another one takes its place on the same response. Whoever still writes to it finds
 * what they would find if the client had gone: `write` returns false and no `drain` follows, callbacks get the error, and
 * nothing throws.
 */
export class AbandonedAnswer {
  readonly #response: NodeResponse
  readonly #error: unknown
  readonly #wasEnded: boolean
  readonly #closed: Promise<unknown>

  constructor(response: NodeResponse, error: unknown, wasEnded: boolean) {
    this.#response = response
    this.#error = error
    this.#wasEnded = wasEnded
    const isClosed = isHttp2(response) ? response.stream.destroyed : response.closed
    this.#closed = isClosed ? Promise.resolve() : new Promise((resolve) => response.once('close', resolve))
  }

  take(_method: keyof Sending, args: readonly unknown[]): false {
    const callback = args.findLast(isCallback)
    if (callback !== undefined) void this.#tell(callback)
    return false
  }

  /** Only when the other answer has left: what a writer does with the error may end the connection. */
  async #tell(callback: Callback): Promise<void> {
    await this.#closed
    callback(this.#error)
  }

  /**
   * Lets `answer` answer instead. The response gets its first methods back: a middleware that has wrapped them since has had
   * its turn with this answer and may let no other through, as `compression` does.
   */
  replace(methods: Sending, answer: () => unknown): void {
    const response = this.#response
    const headers = response.getHeaderNames().length
    let isCalling = true
    let isAnswered = false
    /**
     * Both writers call the same methods. An answer that was ended has no writer left; where it was not, the old one is
     * whoever writes before the other answer has a status or a header, or after it was ended.
     */
    const isOld = (): boolean => {
      if (isAnswered) return true
      if (this.#wasEnded || isCalling || response.headersSent) return false
      return response.statusCode === 200 && response.getHeaderNames().length === headers
    }
    Object.assign(sendingOf(response), methods, {
      write: (...args: unknown[]) => (isOld() ? this.take('write', args) : methods.write.apply(response, args)),
      end: (...args: unknown[]) => {
        if (isOld()) {
          this.take('end', args)
        } else {
          methods.end.apply(response, args)
          isAnswered = true
        }
        return response
      },
    })
    response.removeAllListeners('drain') // a pipe that was paused must not wake when the other answer drains
    try {
      answer()
    } finally {
      isCalling = false
    }
  }
}

type Callback = (error: unknown) => void

function isCallback(argument: unknown): argument is Callback {
  return typeof argument === 'function'
}
