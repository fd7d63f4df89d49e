import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Row } from './curve.ts'

/** How many writes each process makes in one step. */
const WRITES = 50

/** What a write costs when several processes write at once, each to a session of its own. */
export function processRow(name: string, place: () => string | Promise<string>, stopping: (() => void)[]): Row {
  return {
    title: `${name}: as many writes by each of several processes`,
    unit: 'processes',
    sizes: [1, 2, 4, 8],
    allowed: 'linear',
    async prepare(count) {
      const at = await place()
      const writers: ChildProcess[] = []
      for (let number = 0; number < count; number++) {
        const writer = fork(join(import.meta.dirname, 'writer.ts'), [name, at, String(WRITES)])
        stopping.push(() => writer.kill())
        // oxlint-disable-next-line no-await-in-loop -- the first one makes the tables
        await once(writer, 'message')
        writers.push(writer)
      }
      return () =>
        Promise.all(
          writers.map((writer) => {
            const done = once(writer, 'message')
            writer.send('write')
            return done
          }),
        )
    },
  }
}
