import cluster, { type Worker } from 'node:cluster'
import { join } from 'node:path'

export interface FleetOptions {
  readonly size: number
  /** What workers find in their environment beside our own. */
  readonly environment: Readonly<Record<string, string>>
  /** Called once, when all of them take requests. */
  readonly onReady: (pids: readonly number[]) => void
}

/** Longer than any request of this demo takes. */
const GOODBYE_MILLISECONDS = 1000

/** Runs workers, puts a new one in the place of each that dies, and ends them all on Ctrl-C and SIGTERM. */
export function runFleet({ size, environment, onReady }: FleetOptions): void {
  const ready = new Set<Worker>()
  let announced = false
  let stopping = false

  const fork = (): void => {
    cluster.fork(environment)
  }
  const stop = (code: number): void => {
    if (stopping) return
    stopping = true
    process.exitCode = code
    // They finish what they answer and end; this process does when the last of them has.
    cluster.disconnect()
    setTimeout(() => {
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL')
    }, GOODBYE_MILLISECONDS).unref()
  }

  cluster.setupPrimary({ exec: join(import.meta.dirname, 'worker.ts') })
  cluster.on('message', (worker) => {
    ready.add(worker)
    // One goes first: what keeps it from starting, such as a taken port, is then said once and not four times.
    if (ready.size === 1 && !announced) for (let extra = 1; extra < size; extra++) fork()
    if (ready.size < size || announced) return
    announced = true
    onReady(Array.from(ready, ({ process: { pid = 0 } }) => pid))
  })
  cluster.on('exit', (worker, _code, signal) => {
    if (stopping) return
    // One that gave up before it was ready has said why, and its successor would only say it again.
    if (!ready.delete(worker) && signal === null) stop(1)
    else fork()
  })
  process.once('SIGINT', () => stop(0))
  process.once('SIGTERM', () => stop(0))
  fork()
}
