import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../../test/support/postgres.ts'
import { optionsOrExit, showProgress } from '../command-line.ts'
import { fill } from './fill.ts'
import { measureLookups } from './lookups.ts'
import { readOptions, USAGE } from './options.ts'
import { measureRequests } from './requests.ts'
import { openPg, openPostgresJs, openSqlite } from './stores.ts'
import { table, type IdentityResult } from './table.ts'

/** So many records of other users are in each database, so that its indexes are as deep as those of an application. */
const RECORDS = 100_000
const WEEK = 7 * 86_400_000

const options = optionsOrExit('bench', readOptions, USAGE)
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
  const lookups = await measureLookups(stores, rounds, (round) => showProgress('lookups: round', round, rounds))
  await Promise.all(stores.map((store) => store.close()))
  const requests = await measureRequests(directory, url, slices, (round) =>
    showProgress('requests: round', round, slices),
  )
  return { records: RECORDS, rounds, slices, lookups, requests }
}
