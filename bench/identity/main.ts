import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../../test/support/postgres.ts'
import { fill } from './fill.ts'
import { measureLookups } from './lookups.ts'
import { readOptions, USAGE, type Options } from './options.ts'
import { measureRequests } from './requests.ts'
import { openPg, openPostgresJs, openSqlite } from './stores.ts'
import { table, type IdentityResult } from './table.ts'

/** So many records of other users are in each database, so that its indexes are as deep as those of an application. */
const RECORDS = 100_000
const WEEK = 7 * 86_400_000

const options = optionsOrExit()
if (globalThis.gc === undefined)
  process.stderr.write('bench: run it with --expose-gc, as npm run bench:identity does.\n')
const directory = mkdtempSync(join(tmpdir(), 'coatcheck-bench-'))
const server = await startPostgres()
try {
  const result = await measureAll(server.url)
  process.stdout.write(`${options.json ? JSON.stringify(result, undefined, 2) : table(result)}\n`)
} finally {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
}

async function measureAll(url: string): Promise<IdentityResult> {
  const sqlite = openSqlite(directory)
  const pg = openPg(url)
  const stores = [sqlite, pg, openPostgresJs(url)]
  // Both clients of PostgreSQL share its tables.
  for (const store of [sqlite, pg]) {
    // oxlint-disable-next-line no-await-in-loop -- one at a time
    await store.registry.migrate()
    // oxlint-disable-next-line no-await-in-loop -- one at a time
    await fill(store, RECORDS, Date.now() + WEEK)
  }
  const { rounds, slices } = options
  const lookups = await measureLookups(stores, rounds, (round) => showProgress('lookups', round, rounds))
  await Promise.all(stores.map((store) => store.close()))
  const requests = await measureRequests(directory, url, slices, (round) => showProgress('requests', round, slices))
  return { records: RECORDS, rounds, slices, lookups, requests }
}

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    // Node's own messages go on with advice after the first sentence.
    const [line] = String(error instanceof Error ? error.message : error).split(/\. |\n/)
    process.stderr.write(`bench: ${line}. ${USAGE}\n`)
    process.exit(2)
  }
}

function showProgress(part: string, round: number, rounds: number): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(round + 1 === rounds ? '\r\u001B[K' : `\r\u001B[K${part}: round ${round + 1} of ${rounds}`)
}
