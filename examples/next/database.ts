import { DatabaseSync } from 'node:sqlite'

/** One file for all that is kept on the server. Next runs a module once for each of its bundles, so this opens it several times. */
export const database = new DatabaseSync(process.env['DATABASE_FILE'] ?? 'billing.db', { timeout: 1000 })
database.exec('PRAGMA journal_mode = WAL')
