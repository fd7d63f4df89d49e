import type { Dialect } from '../sql/dialect.ts'
import type { SqlDriver } from '../sql/driver.ts'

const QUERIES: Readonly<Record<Dialect, string>> = {
  postgres: 'SELECT to_regclass(?1) IS NOT NULL AS there',
  sqlite: `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1) AS there`,
}

/** Whether the database has a table of that name. */
export async function tableExists(dialect: Dialect, driver: SqlDriver, table: string): Promise<boolean> {
  const [row] = await driver.read({ sql: QUERIES[dialect], values: [table] })
  return Boolean(row?.['there'])
}
