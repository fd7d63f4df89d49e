import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A server in a process of its own, which called `announce`. */
export interface ServerProcess<Ready> {
  /** What it announced. */
  readonly ready: Ready
  /** Its processor time so far, in microseconds. */
  cpu(): Promise<number>
  close(): void
}

/** Runs that file as a server. @param env what it is told, beside the environment of this process */
export async function startServerProcess<Ready>(
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<ServerProcess<Ready>> {
  const child = fork(file, { env: { ...process.env, NODE_ENV: 'production', ...env } })
  return {
    ready: await answerOf<Ready>(child),
    cpu() {
      child.send('cpu')
      return answerOf<number>(child)
    },
    close: () => child.disconnect(),
  }
}

/** Says what the parent has to know now that the server listens, and answers its questions. Ends when the parent does. */
export function announce(ready: object): void {
  process.send?.(ready)
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  })
  process.on('disconnect', () => process.exit())
}

/** The next message of a server, or why there will be none. */
export async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const settled = new AbortController()
  const { signal } = settled
  try {
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`a server of the benchmark ended with ${String(code)}`)
    })
    const [answer]: unknown[] = await Promise.race([once(child, 'message', { signal }), ended])
    return answer as Answer // as: `announce` wrote it
  } finally {
    // Neither is waited for any more, which rejects the other one without anybody to hear it.
    settled.abort()
  }
}
