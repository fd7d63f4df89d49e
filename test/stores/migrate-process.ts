import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { postgresStore } from '../../src/stores/postgres.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'

/** A process that makes the table of sessions as soon as it is told to; over IPC it says that it is ready, and that it did. */
const [place = '', prefix = ''] = process.argv.slice(2)

const pool = place.startsWith('sqlite:') ? undefined : new pg.Pool({ connectionString: place, max: 1 })
const store =
  pool === undefined
    ? sqliteStore(new DatabaseSync(place.slice('sqlite:'.length)), { prefix })
    : postgresStore(pool, { prefix })

process.once('message', () => void migrate())
process.send?.('ready')

async function migrate(): Promise<void> {
  await store.migrate()
  process.send?.('done')
  await pool?.end()
  process.disconnect()
}
