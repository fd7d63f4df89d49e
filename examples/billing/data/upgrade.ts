import type { DatabaseSync } from 'node:sqlite'

/** Columns that the demo's first release did not have. */
const ADDED = ['is_admin', 'access_revoked']

/** Brings the file of an earlier release up to date, so that nobody has to delete theirs. */
export function addMissingColumns(database: DatabaseSync): void {
  const present = new Set(
    database
      .prepare('PRAGMA table_info(users)')
      .all()
      .map(({ name }) => name),
  )
  for (const column of ADDED) {
    if (present.has(column)) continue
    database.exec(`ALTER TABLE users ADD COLUMN ${column} INTEGER NOT NULL DEFAULT 0`)
  }
}
