import type { Dialect } from '../../sql/dialect.ts'
import { HOUR_END, SWEEP_AFTER } from './sweep-hour.ts'
import { schemaOf, type TableTypes, type Tables } from './tables.ts'

const SWEEP_COLUMN = `sweep_after BIGINT NOT NULL GENERATED ALWAYS AS (${HOUR_END}) STORED`
/** Pages keep room for the next versions of their rows. */
const ROOM = 'fillfactor = 90'

const TABLE_TYPES: Readonly<Record<Dialect, TableTypes>> = {
  sqlite: {
    bytes: 'BLOB',
    integer: 'INTEGER',
    suffix: ' STRICT, WITHOUT ROWID',
    moreColumns: '',
    room: '',
    moveOver: () => '',
    sweepAfter: SWEEP_AFTER.sqlite,
  },
  postgres: {
    bytes: 'BYTEA',
    integer: 'BIGINT',
    suffix: '',
    moreColumns: `  -- The end of the hour in which it expires.\n  ${SWEEP_COLUMN},\n`,
    room: ` WITH (${ROOM})`,
    // Only where it is missing: ALTER TABLE waits for everybody who reads, a backup among them, and has everybody wait.
    moveOver: (table) => `-- A table of coatcheck 0.1 is written anew, once.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attname = 'sweep_after') THEN
    ALTER TABLE ${table} SET (${ROOM}), ADD COLUMN ${SWEEP_COLUMN};
  END IF;
END
$$;
`,
    sweepAfter: SWEEP_AFTER.postgres,
  },
}

/** The SQL that a registry's `migrate` runs, without a database. */
export function schemaFor(dialect: Dialect, tables: Tables): string {
  return schemaOf(tables, TABLE_TYPES[dialect])
}
