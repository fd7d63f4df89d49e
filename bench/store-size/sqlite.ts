import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type * as Sqlite from '../../src/stores/sqlite.ts'
import { built } from '../built.ts'
import { fill, type Sample } from './sample.ts'
import type { MeasureStore, StoreSize } from './size.ts'

const { sqliteStore } = await built<typeof Sqlite>('stores/sqlite.js')

export const measureSqlite: MeasureStore = async (samples, count) => {
  const sizes: StoreSize[] = []
  // oxlint-disable-next-line no-await-in-loop -- one at a time
  for (const sample of samples) sizes.push(await measure(sample, count))
  return sizes
}

/** All pages of the file. */
async function measure(sample: Sample, count: number): Promise<StoreSize> {
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-size-'))
  const database = new DatabaseSync(join(directory, 'sessions.db'))
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
    const store = sqliteStore(database)
    await store.migrate()
    await fill(store, sample, count)
    const size = database
      .prepare(
        'SELECT sqlite_version() AS version, page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()',
      )
      .get()
    return { store: `SQLite ${String(size?.['version'])}`, sample, bytes: Number(size?.['bytes']) / count }
  } finally {
    database.close()
    rmSync(directory, { recursive: true, force: true })
  }
}
