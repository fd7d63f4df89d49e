import { DatabaseSync } from 'node:sqlite'

/** Opens the file, and creates it where it is missing. */
export function openSqlite(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5000 })
  // Four processes share the file: with a write-ahead log, readers do not wait for a writer.
  database.exec('PRAGMA journal_mode = WAL')
  return database
}
