import { SESSIONS_CURE } from '../sql/set-up.ts'
import { DEFAULT_PREFIX } from '../sql/prefix.ts'
import type { SqliteDatabase } from '../sql/sqlite-database.ts'
import { sqliteDriver } from '../sql/sqlite-driver.ts'
import { checkedMaxBytes } from './max-bytes.ts'
import { sessionsTable } from './sql/sessions-table.ts'
import { createSqlStore, type SqlSessionStore } from './sql/store.ts'

export type { SqliteDatabase } from '../sql/sqlite-database.ts'
export type { SqlSessionStore } from './sql/store.ts'

export interface SqliteStoreOptions {
  /** What the name of the table begins with. Default `coatcheck_`. */
  readonly prefix?: string | undefined
  /** The most bytes of JSON that one session may take. Default 65,536. */
  readonly maxBytes?: number | undefined
}

/** Milliseconds, as the default of `storeTimeout`. */
const DEFAULT_PATIENCE = 1000

/**
 * Sessions in SQLite. The database is the application's own and may be shared by several processes of one machine; `PRAGMA
 * journal_mode = WAL` keeps readers from waiting for writers.
 *
 * ```ts
 * const store = sqliteStore(new DatabaseSync('app.db'))
 * await store.migrate()
 * ```
 *
 * A crash of the process takes nothing. What one of the machine may take is up to `PRAGMA synchronous`: nothing with `FULL`, which
 * is the default, the last writes with `NORMAL`.
 *
 * A connection on which the application keeps transactions open across an `await` is not one for sessions: what is written
 * meanwhile is rolled back with them.
 *
 * While another process has the lock that a statement needs, it is tried again every few milliseconds until `storeTimeout` is
 * over, and the event loop goes on. `busy_timeout` stays as the application set it, for its own statements.
 *
 * @throws `ERR_OPTIONS`
 */
export function sqliteStore(
  database: SqliteDatabase,
  { prefix = DEFAULT_PREFIX, maxBytes }: SqliteStoreOptions = {},
): SqlSessionStore {
  const taker = { name: 'sqliteStore', cure: SESSIONS_CURE }
  const options = { table: sessionsTable(prefix), maxBytes: checkedMaxBytes(maxBytes) }
  return createSqlStore('sqlite', sqliteDriver(database, taker, DEFAULT_PATIENCE), options)
}
