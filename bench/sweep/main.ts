/**
 * Sweeps a million expired records while people sign in, and prints the longest that any of them waited. Run it with
 * `npm run bench:sweep [-- --records N] [--batch N]`; docs/identity-cost.md has its numbers.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startPostgres } from '../../test/support/postgres.ts'
import { fill } from '../identity/fill.ts'
import { openPg, openSqlite, type Store } from '../identity/stores.ts'
import { machine } from '../machine.ts'
import { quartiles } from '../quartiles.ts'
import { markdownTable } from '../table-text.ts'

const QUIET_MS = 5000
const YEAR = 365 * 86_400_000

const { values } = parseArgs({
  options: { records: { type: 'string', default: '1000000' }, batch: { type: 'string', default: '1000' } },
})
const [records, batch] = [count(values.records, 'records'), count(values.batch, 'batch')]

const directory = mkdtempSync(join(tmpdir(), 'coatcheck-bench-'))
const server = await startPostgres()
try {
  const rows = [
    await measure(openSqlite(directory), 'sqlite', directory),
    await measure(openPg(server.url), 'postgres', server.url),
  ]
  const head = [
    '',
    'swept/s',
    'batch ms',
    'longest batch ms',
    'sign-in ms',
    'longest ms',
    'in a sweep ms',
    'longest in a sweep ms',
  ]
  const lines = [
    ...markdownTable([head, ...rows], (column) => column === 0),
    '',
    `${machine()}; ${records.toLocaleString('en')} expired records in batches of ${batch}, each followed by a rest as long as it took,`,
    'as coatcheck sweep does it. Sign-ins are those of another process, one at a time with 10 ms between them: five seconds',
    'before the sweep, and all that happened during it. Medians and longest. The databases do not wait for the disk at every',
    'commit: PostgreSQL without fsync, SQLite with synchronous = NORMAL.',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
} finally {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
}

async function measure(store: Store, dialect: Store['dialect'], place: string): Promise<string[]> {
  await store.registry.migrate()
  await fill(store, records, Date.now() - YEAR)
  const visitors = fork(join(import.meta.dirname, 'sign-ins.ts'), [dialect, place])
  await once(visitors, 'message')
  await pause(QUIET_MS)
  const quiet = await tookSince(visitors)
  const { batches, elapsed } = await sweep(store)
  const busy = await tookSince(visitors)
  visitors.disconnect()
  await once(visitors, 'exit')
  await store.close()
  return [
    store.name,
    Math.round((records * 1000) / elapsed).toLocaleString('en'),
    ...[batches, quiet, busy].flatMap(both),
  ]
}

async function sweep({ registry }: Store): Promise<{ readonly batches: readonly number[]; readonly elapsed: number }> {
  const batches: number[] = []
  const begin = performance.now()
  let [deleted, swept] = [0, batch]
  while (swept === batch) {
    const before = performance.now()
    // oxlint-disable-next-line no-await-in-loop -- one batch after the other
    swept = await registry.sweep({ before: Date.now(), limit: batch })
    deleted += swept
    const took = performance.now() - before
    batches.push(took)
    // oxlint-disable-next-line no-await-in-loop -- the rest in between
    await pause(took)
  }
  if (deleted < records) throw new Error(`${deleted} of ${records} records were deleted`)
  return { batches, elapsed: performance.now() - begin }
}

/** How long each sign-in took since somebody last asked, in milliseconds. */
async function tookSince(visitors: ChildProcess): Promise<readonly number[]> {
  const answer = once(visitors, 'message')
  visitors.send('tell')
  const [took] = await answer
  return took as readonly number[] // as: sign-ins.ts sends nothing else
}

function both(milliseconds: readonly number[]): [string, string] {
  return [quartiles(milliseconds).median.toFixed(1), Math.max(...milliseconds).toFixed(1)]
}

function count(text: string, option: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RangeError(`--${option} is ${JSON.stringify(text)}, expected a whole number above 0`)
}
