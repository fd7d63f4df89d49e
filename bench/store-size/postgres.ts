import type { Pool } from 'pg'
import type * as Postgres from '../../src/stores/postgres.ts'
import { pgPool } from '../../test/support/pg-pool.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { built } from '../built.ts'
import { fill, type Sample } from './sample.ts'
import type { MeasureStore, StoreSize } from './size.ts'

const { postgresStore } = await built<typeof Postgres>('stores/postgres.js')

const CONNECTIONS = 8

/** The table and its indexes, none of whose sessions was written twice. */
export const measurePostgres: MeasureStore = async (samples, count) => {
  const server = await startPostgres()
  const pool = pgPool(server.url, { max: CONNECTIONS })
  const sizes: StoreSize[] = []
  try {
    // oxlint-disable-next-line no-await-in-loop -- each has the table to itself
    for (const sample of samples) sizes.push(await measure(pool, sample, count))
    return sizes
  } finally {
    await pool.end()
    await server.stop()
  }
}

async function measure(pool: Pool, sample: Sample, count: number): Promise<StoreSize> {
  const store = postgresStore(pool, { prefix: 'size_' })
  await store.migrate()
  await fill(store, sample, count)
  const { rows } = await pool.query<{ version: string; bytes: string }>(
    `SELECT current_setting('server_version') AS version, pg_total_relation_size('size_sessions') AS bytes`,
  )
  await pool.query('DROP TABLE size_sessions')
  const [{ version, bytes } = { version: '', bytes: '' }] = rows
  return { store: `PostgreSQL ${version}`, sample, bytes: Number(bytes) / count, ofItself: undefined }
}
