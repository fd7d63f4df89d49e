import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type * as Sqlite from '../../src/stores/sqlite.ts'
import type { StoredSession } from '../../src/stores/store.ts'
import { built } from '../built.ts'

const { sqliteStore } = await built<typeof Sqlite>('stores/sqlite.js')

/** What a session takes in SQLite, the whole file divided: bytes, of these sessions by their ids, none of which has expired. */
export async function sqliteBytes(sessions: ReadonlyMap<string, StoredSession>): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-size-'))
  const database = new DatabaseSync(join(directory, 'app.db'))
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
    const store = sqliteStore(database)
    await store.migrate()
    // oxlint-disable-next-line no-await-in-loop -- SQLite has one writer
    for (const [id, session] of sessions) await store.insert(id, session, session.slid)
    const size = database
      .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()')
      .get()
    return Number(size?.['bytes']) / sessions.size
  } finally {
    database.close()
    rmSync(directory, { recursive: true, force: true })
  }
}
