import type { Shell, Signal } from './shell.ts'

/** What a sweep has done so far, or in all. Times are in milliseconds. */
export interface Progress {
  readonly batches: number
  readonly deleted: number
  readonly elapsed: number
}

export interface Batch extends Progress {
  /** How many records this batch deleted. */
  readonly count: number
}

export interface Total extends Progress {
  /** What ended it before its time. */
  readonly stoppedBy: Signal | 'error' | undefined
}

/** Who is told of it. */
export interface SweepReport {
  begin(): void
  batch(batch: Batch): void
  /** Also when a batch failed: those before it are done. */
  end(total: Total): void
}

/** Calls `sweep` until it deletes less than `limit`, or a signal comes; both are seen between batches alone. */
export async function sweepInBatches(
  sweep: (limit: number) => Promise<number>,
  limit: number,
  report: SweepReport,
  { now, pause, onSignal }: Pick<Shell, 'now' | 'pause' | 'onSignal'>,
): Promise<Total> {
  const heard: { signal?: Signal } = {}
  const stopListening = onSignal((signal) => {
    heard.signal = signal
  })
  const begin = now()
  let total: Total = { batches: 0, deleted: 0, elapsed: 0, stoppedBy: undefined }
  report.begin()
  try {
    for (;;) {
      const start = now()
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other is what keeps the database free
      const count = await sweep(limit)
      const { batches, deleted } = total
      total = { ...total, batches: batches + 1, deleted: deleted + count, elapsed: now() - begin }
      report.batch({ ...total, count })
      if (count < limit) return total
      // A database that has one writer at a time would keep everybody else waiting. And a signal is heard only in a pause.
      // oxlint-disable-next-line no-await-in-loop -- see above
      await pause(now() - start)
      if (heard.signal !== undefined) return (total = { ...total, stoppedBy: heard.signal })
    }
  } catch (error) {
    total = { ...total, stoppedBy: 'error' }
    throw error
  } finally {
    stopListening()
    report.end(total)
  }
}
