import { DatabaseSync } from 'node:sqlite'

// Next runs a module once for each of its bundles, and again whenever it is saved.
const opened = globalThis as { database?: DatabaseSync }

/** One file for all that is kept on the server, opened once. */
export const database = (opened.database ??= open())

function open(): DatabaseSync {
  const file = new DatabaseSync(process.env['DATABASE_FILE'] ?? 'billing.db', { timeout: 1000 })
  file.exec('PRAGMA journal_mode = WAL')
  return file
}
