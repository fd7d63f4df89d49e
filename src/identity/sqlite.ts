import { DEFAULT_PREFIX } from '../sql/prefix.ts'
import { sqliteDriver, type SqliteDatabase } from '../sql/sqlite-driver.ts'
import type { UserSessionRegistry } from './registry.ts'
import { schemaFor } from './sql/dialects.ts'
import { createSqlRegistry } from './sql/registry.ts'
import { tablesNamed } from './sql/tables.ts'

export type { SqliteDatabase } from '../sql/sqlite-driver.ts'

export interface SqliteRegistryOptions {
  /** What the names of our tables begin with. Default `coatcheck_`. */
  readonly prefix?: string | undefined
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
 * Sets `busy_timeout` to five seconds where it is 0: without it, two processes that write at once would be an error.
 *
 * @throws `ERR_OPTIONS`
 */
export function sqliteRegistry(
  database: SqliteDatabase,
  { prefix = DEFAULT_PREFIX }: SqliteRegistryOptions = {},
): UserSessionRegistry {
  const tables = tablesNamed(prefix)
  return createSqlRegistry(sqliteDriver(database, 'sqliteRegistry'), tables, schemaFor('sqlite', tables))
}
