/** A process that holds SQLite's write lock from when it says so until it is told to let go. */
import { DatabaseSync } from 'node:sqlite'

const database = new DatabaseSync(process.argv[2] ?? '', { timeout: 60_000 })
database.exec('BEGIN IMMEDIATE')
process.send?.('held')
process.once('message', () => {
  database.exec('ROLLBACK')
  database.close()
  process.disconnect()
})
