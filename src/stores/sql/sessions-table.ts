import type { Dialect } from '../../sql/dialect.ts'
import { checkedPrefix } from '../../sql/prefix.ts'

/** The name of the table. @throws `ERR_OPTIONS` for a prefix that would have to be quoted */
export function sessionsTable(prefix: string): string {
  return `${checkedPrefix(prefix)}sessions`
}

/**
 * What a database calls the types, and what it is told beside the columns. PostgreSQL leaves room in each page for the next
 * version of its rows, and keeps a row whole as long as three fit into a page: what it moves out of one, it writes anew at every
 * update.
 */
const DIALECTS: Readonly<Record<Dialect, { id: string; integer: string; entries: string; suffix: string }>> = {
  // Ids are compared byte by byte, whatever the language of the database.
  postgres: {
    id: 'TEXT COLLATE "C"',
    integer: 'BIGINT',
    entries: 'JSONB',
    suffix: ' WITH (fillfactor = 80, toast_tuple_target = 2680)',
  },
  sqlite: { id: 'TEXT', integer: 'INTEGER', entries: 'TEXT', suffix: ' STRICT' },
}

/** Makes what is missing. Times are whole seconds since 1970. */
export function sessionsSchema(dialect: Dialect, table: string): string {
  const { id, integer, entries, suffix } = DIALECTS[dialect]
  // An index is in the schema of its table.
  const index = table.split('.').at(-1)
  return `CREATE TABLE IF NOT EXISTS ${table} (
  id ${id} NOT NULL PRIMARY KEY,
  created ${integer} NOT NULL,
  slid ${integer} NOT NULL,
  expires_at ${integer} NOT NULL,
  -- An object whose values are text: the JSON of each entry.
  entries ${entries} NOT NULL,
  -- The end of the hour in which it expires. An index on expires_at itself would be written by every request.
  sweep_after ${integer} NOT NULL GENERATED ALWAYS AS ((expires_at + 3599) / 3600 * 3600) STORED
)${suffix};
CREATE INDEX IF NOT EXISTS ${index}_by_sweep ON ${table} (sweep_after);
`
}

/** What `sweep_after` is for a session that expires at that second. */
export function sweepAfter(expiresAt: number): number {
  return Math.ceil(expiresAt / 3600) * 3600
}
