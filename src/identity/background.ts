import { setImmediate } from '../timers.ts'

/** Work that no request waits for. */
export interface Background {
  /** Runs `work` soon, unless work of the same `key` is under way. What it rejects with goes to `onError`. */
  run(key: unknown, work: () => Promise<unknown>): void
  /** Resolves once nothing is under way: before a process ends. */
  flush(): Promise<void>
}

export function createBackground(onError: (error: unknown) => void): Background {
  const running = new Map<unknown, Promise<void>>()
  return {
    run(key, work) {
      if (running.has(key)) return
      running.set(
        key,
        later(work, onError).finally(() => running.delete(key)),
      )
    },
    async flush() {
      // oxlint-disable-next-line no-await-in-loop -- what runs may begin more
      while (running.size > 0) await Promise.all(running.values())
    },
  }
}

/** After the request's own I/O: a driver that works synchronously must not hold its answer up. */
async function later(work: () => Promise<unknown>, onError: (error: unknown) => void): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  try {
    await work()
  } catch (error) {
    onError(error)
  }
}
