import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A service that a page waits for. It answers when it is told to, however slow the machine is. */
export interface SlowService {
  readonly url: string
  /** Answers everybody who waits, and whoever asks from now on. */
  answer(): void
  /** From now on, whoever asks waits. */
  hold(): void
  stop(): void
}

export async function startSlowService(): Promise<SlowService> {
  const waiting: ServerResponse[] = []
  let holds = true
  const server = createServer((_, response) => {
    if (holds) waiting.push(response)
    else response.end()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // as: it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    answer() {
      holds = false
      for (const response of waiting.splice(0)) response.end()
    },
    hold() {
      holds = true
    },
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
