import { USER_SESSIONS_CURE } from '../sql/set-up.ts'
import { DEFAULT_PREFIX } from '../sql/prefix.ts'
import { seconds, type Duration } from '../duration.ts'
import type { SqliteDatabase } from '../sql/sqlite-database.ts'
import { sqliteDriver } from '../sql/sqlite-driver.ts'
import type { UserSessionRegistry } from './registry.ts'
import { createSqlRegistry } from './sql/registry.ts'
import { tablesNamed } from './sql/tables.ts'

export type { SqliteDatabase } from '../sql/sqlite-database.ts'

export interface SqliteRegistryOptions {
  /** What the names of our tables begin with. Default `coatcheck_`. */
  readonly prefix?: string | undefined
  /**
   * How long a statement waits for a lock that another process has; then the call is `ERR_STORE_UNAVAILABLE`. A sweep waits
   * twelve times as long. Default `'1s'`.
   */
  readonly timeout?: Duration | undefined
}

/**
 * User sessions in SQLite. The database is the application's own and may be shared by several processes; `PRAGMA journal_mode =
 * WAL` keeps readers from waiting for writers.
 *
 * ```ts
 * const registry = sqliteRegistry(new DatabaseSync('billing.db'))
 * await registry.migrate()
 * ```
 *
 * While another process has the lock that a statement needs, it is tried again every few milliseconds until `timeout` is over,
 * and the event loop goes on. `busy_timeout` stays as the application set it, for its own statements.
 *
 * @throws `ERR_OPTIONS`
 */
export function sqliteRegistry(
  database: SqliteDatabase,
  { prefix = DEFAULT_PREFIX, timeout = '1s' }: SqliteRegistryOptions = {},
): UserSessionRegistry {
  const tables = tablesNamed(prefix)
  const taker = { name: 'sqliteRegistry', cure: USER_SESSIONS_CURE }
  const driver = sqliteDriver(database, taker, seconds(timeout, 'timeout') * 1000)
  return createSqlRegistry('sqlite', driver, tables)
}
