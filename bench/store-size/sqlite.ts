import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as Sqlite from '../../src/stores/sqlite.ts'
import { built } from '../built.ts'
import { fill, type Sample } from './sample.ts'
import type { MeasureStore, StoreSize } from './size.ts'

const { sqliteStore } = await built<typeof Sqlite>('stores/sqlite.js')

/** The file, once its log is written back into it. */
export const measureSqlite: MeasureStore = async (samples, count) => {
  const sizes: StoreSize[] = []
  // oxlint-disable-next-line no-await-in-loop -- each has the disk to itself
  for (const sample of samples) sizes.push(await measure(sample, count))
  return sizes
}

async function measure(sample: Sample, count: number): Promise<StoreSize> {
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-size-'))
  try {
    const file = join(directory, 'sessions.db')
    const database = new DatabaseSync(file)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
    const store = sqliteStore(database)
    await store.migrate()
    await fill(store, sample, count)
    const version = database.prepare('SELECT sqlite_version() AS version').get()?.['version']
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
    return { store: `SQLite ${String(version)}`, sample, bytes: statSync(file).size / count, ofItself: undefined }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
