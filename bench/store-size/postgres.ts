import { Pool } from 'pg'
import type * as Postgres from '../../src/stores/postgres.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { built } from '../built.ts'
import { fill, type Sample } from './sample.ts'
import type { MeasureStore, StoreSize } from './size.ts'

const { postgresStore } = await built<typeof Postgres>('stores/postgres.js')

export const measurePostgres: MeasureStore = async (samples, count) => {
  const server = await startPostgres()
  const pool = new Pool({ connectionString: server.url })
  // Connections that are idle when the server stops say so.
  pool.on('error', () => {})
  try {
    const sizes: StoreSize[] = []
    // oxlint-disable-next-line no-await-in-loop -- one at a time
    for (const sample of samples) sizes.push(await measure(pool, sample, count))
    return sizes
  } finally {
    await pool.end()
    await server.stop()
  }
}

/** The table with its indexes; without them, it is the table of itself. */
async function measure(pool: Pool, sample: Sample, count: number): Promise<StoreSize> {
  const store = postgresStore(pool, { prefix: 'size_' })
  await store.migrate()
  await fill(store, sample, count)
  const { rows } = await pool.query<{ version: string; all: string; table: string }>(
    `SELECT current_setting('server_version') AS version, pg_total_relation_size('size_sessions') AS all,
      pg_table_size('size_sessions') AS table`,
  )
  await pool.query('DROP TABLE size_sessions')
  const [{ version, all, table } = { version: '', all: '', table: '' }] = rows
  return { store: `PostgreSQL ${version}`, sample, bytes: Number(all) / count, ofItself: Number(table) / count }
}
