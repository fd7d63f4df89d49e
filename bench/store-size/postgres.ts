import { Pool } from 'pg'
import type * as Postgres from '../../src/stores/postgres.ts'
import type { StoredSession } from '../../src/stores/store.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { built } from '../built.ts'

const { postgresStore } = await built<typeof Postgres>('stores/postgres.js')

const CONNECTIONS = 8

/** What a session takes in PostgreSQL, table and indexes together: bytes, of these sessions by their ids, none of which has expired. */
export async function postgresBytes(sessions: ReadonlyMap<string, StoredSession>): Promise<number> {
  const server = await startPostgres()
  const pool = new Pool({ connectionString: server.url, max: CONNECTIONS })
  // Connections that are idle when the server stops say so.
  pool.on('error', () => {})
  try {
    const store = postgresStore(pool, { prefix: 'size_' })
    await store.migrate()
    const left = sessions.entries()
    const insertThoseLeft = async (): Promise<void> => {
      // oxlint-disable-next-line no-await-in-loop -- as many at a time as there are connections
      for (const [id, session] of left) await store.insert(id, session, session.slid)
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, insertThoseLeft))
    const { rows } = await pool.query<{ bytes: string }>(`SELECT pg_total_relation_size('size_sessions') AS bytes`)
    await pool.query('DROP TABLE size_sessions')
    return Number(rows[0]?.bytes) / sessions.size
  } finally {
    await pool.end()
    await server.stop()
  }
}
