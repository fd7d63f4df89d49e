import type { Dialect } from '../../sql/dialect.ts'
import { schemaOf, type ColumnTypes, type Tables } from './tables.ts'

const COLUMN_TYPES: Readonly<Record<Dialect, ColumnTypes>> = {
  sqlite: { bytes: 'BLOB', integer: 'INTEGER', suffix: ' STRICT, WITHOUT ROWID' },
  postgres: { bytes: 'BYTEA', integer: 'BIGINT', suffix: '' },
}

/** The SQL that a registry's `migrate` runs, without a database. */
export function schemaFor(dialect: Dialect, tables: Tables): string {
  return schemaOf(tables, COLUMN_TYPES[dialect])
}
