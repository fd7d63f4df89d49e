import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** A process of its own that runs a file of this repository and answers over IPC; it goes when the test does. */
export class Forked {
  readonly #child: ChildProcess
  readonly #ended: Promise<never>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#ended = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`The process ended with ${code ?? signal}`)
    })
    // Whoever waits for an answer hears of it; where nobody waits it may end.
    this.#ended.catch(() => {})
  }

  /** Resolves with the first message that it sends: it is ready. @throws when it ends before */
  static async start(
    file: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ process: Forked; first: unknown }> {
    const child = fork(file, args, { execArgv: [], env: { ...process.env, ...env } })
    onTestFinished(() => void child.kill('SIGKILL'))
    const forked = new Forked(child)
    return { process: forked, first: await forked.next() }
  }

  send(message: object | string): void {
    this.#child.send(message)
  }

  /** The next message that it sends. @throws when it ends instead */
  async next(): Promise<unknown> {
    const [message] = await Promise.race([once(this.#child, 'message'), this.#ended])
    return message
  }

  /** Sends `message` and gives the answer. */
  ask(message: object | string): Promise<unknown> {
    const answer = this.next()
    this.send(message)
    return answer
  }

  /** Its exit code, once it has ended. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit')
    return this.#child.exitCode
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
