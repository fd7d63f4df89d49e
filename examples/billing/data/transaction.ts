import type { DatabaseSync } from 'node:sqlite'

/** All of `body` or nothing of it. IMMEDIATE takes the write lock first, so that it cannot be lost halfway. */
export function inTransaction(database: DatabaseSync, body: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    body()
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
