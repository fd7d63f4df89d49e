import { Pool } from 'pg'
import type * as Postgres from '../../src/stores/postgres.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { built } from '../built.ts'
import { fill } from './sample.ts'
import type { MeasureStore, StoreSize } from './size.ts'

const { postgresStore } = await built<typeof Postgres>('stores/postgres.js')

const CONNECTIONS = 8

/** The table and its indexes, none of whose sessions was written twice. */
export const measurePostgres: MeasureStore = async (samples, count) => {
  const server = await startPostgres()
  const pool = new Pool({ connectionString: server.url, max: CONNECTIONS })
  // Connections that are idle when the server stops say so.
  pool.on('error', () => {})
  const sizes: StoreSize[] = []
  try {
    const version = await pool.query<{ server_version: string }>('SHOW server_version')
    for (const sample of samples) {
      const store = postgresStore(pool, { prefix: 'size_' })
      // oxlint-disable-next-line no-await-in-loop -- one at a time
      await store.migrate()
      // oxlint-disable-next-line no-await-in-loop -- one at a time
      await fill(store, sample, count)
      // oxlint-disable-next-line no-await-in-loop -- one at a time
      const { rows } = await pool.query<{ bytes: string }>(`SELECT pg_total_relation_size('size_sessions') AS bytes`)
      const name = `PostgreSQL ${version.rows[0]?.server_version}`
      sizes.push({ store: name, sample, bytes: Number(rows[0]?.bytes) / count, ofItself: undefined })
      // oxlint-disable-next-line no-await-in-loop -- one at a time
      await pool.query('DROP TABLE size_sessions')
    }
    return sizes
  } finally {
    await pool.end()
    await server.stop()
  }
}
