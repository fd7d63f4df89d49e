import { expect, test } from 'vitest'
import { reportFor } from '../../src/cli/sweep-report.ts'
import { sweepInBatches, type SweepReport, type Total } from '../../src/cli/sweep.ts'
import type { Signal } from '../../src/cli/shell.ts'

interface Run {
  readonly total: Total
  readonly written: readonly string[]
  readonly pauses: readonly number[]
}

/** Sweeps batches of these sizes, each of which takes 250 ms by a clock that nothing else moves; an error is one that fails. */
async function sweep(
  sizes: readonly (number | Error)[],
  { columns, signals = {} }: { columns?: number; signals?: Readonly<Record<number, Signal>> } = {},
): Promise<Run> {
  const written: string[] = []
  const pauses: number[] = []
  let time = 0
  let batch = 0
  let listener: ((signal: Signal) => void) | undefined
  const shell = {
    write: (text: string) => void written.push(text),
    columns: () => columns,
    now: () => time,
    pause: async (milliseconds: number) => {
      pauses.push(milliseconds)
      time += milliseconds
    },
    onSignal: (listen: (signal: Signal) => void) => {
      listener = listen
      return () => {
        listener = undefined
      }
    },
  }
  const next = async (): Promise<number> => {
    time += 250
    batch += 1
    const signal = signals[batch]
    if (signal !== undefined) listener?.(signal)
    const size = sizes[batch - 1] ?? 0
    if (typeof size === 'number') return size
    throw size
  }
  const totals: Total[] = []
  const report = reportFor('coatcheck_sessions', false, shell)
  const kept: SweepReport = {
    ...report,
    end: (total) => {
      totals.push(total)
      report.end(total)
    },
  }
  const failure = await sweepInBatches(next, 10, kept, shell).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(failure).toBe(sizes.find((size) => size instanceof Error))
  expect(listener).toBeUndefined()
  const [total, ...more] = totals
  expect(more).toEqual([])
  if (total === undefined) throw new Error('the end was not told')
  return { total, written, pauses }
}

test('the bar moves with time, and the numbers say what is done', async () => {
  const { written } = await sweep([10, 10, 4], { columns: 80 })
  expect(written.join('')).toBe(
    [
      'coatcheck_sessions\n',
      '\r[<=>                 ] \u001b[K',
      '\r[  <=>               ] 10 records deleted, 40 a second\u001b[K',
      '\r[       <=>          ] 20 records deleted, 27 a second\u001b[K',
      '\r[            <=>     ] 24 records deleted, 19 a second\u001b[K',
      '\r[====================] 24 records deleted in 3 batches, 1.3 s.\u001b[K',
      '\n',
    ].join(''),
  )
})

test('a line that is drawn again is narrower than the terminal, where it would leave its beginning behind', async () => {
  const { written } = await sweep([10, 10, 4], { columns: 30 })
  // oxlint-disable-next-line no-control-regex -- what is told from text here
  const lines = written.slice(1, -2).map((line) => line.replaceAll(/\r|\u001b\[K/g, ''))
  expect(lines.map(({ length }) => length)).toEqual([23, 29, 29, 29])
})

test('it rests between two batches as long as the last one took', async () => {
  const { pauses, total } = await sweep([10, 10, 10, 0])
  expect(pauses).toEqual([250, 250, 250])
  expect(total).toEqual({ batches: 4, deleted: 30, elapsed: 1750, stoppedBy: undefined })
})

test('a signal during a batch ends the sweep behind it, and the bar stays open', async () => {
  const { total, written } = await sweep([10, 10, 10, 0], { columns: 80, signals: { 2: 'SIGINT' } })
  expect(total).toMatchObject({ batches: 2, deleted: 20, stoppedBy: 'SIGINT' })
  expect(written.at(-2)).toContain(
    '[                    ] 20 records deleted in 2 batches, 0.8 s; stopped by SIGINT, the next run goes on.',
  )
})

test('a signal during the last batch stops nothing: all is done', async () => {
  const { total } = await sweep([10, 3], { signals: { 2: 'SIGTERM' } })
  expect(total).toMatchObject({ batches: 2, deleted: 13, stoppedBy: undefined })
})

test('when a batch fails, those before it are told all the same', async () => {
  const { total, written } = await sweep([10, 10, new Error('the database is gone')], { columns: 80 })
  expect(total).toMatchObject({ batches: 2, deleted: 20, stoppedBy: 'error' })
  expect(written.at(-2)).toContain(
    '] 20 records deleted in 2 batches, 0.8 s; stopped by an error, the next run goes on.',
  )
})
