import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UserSessionRegistry } from '../../src/identity/index.ts'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { newSession } from '../cli/world.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres, type RunningPostgres } from '../support/postgres.ts'

const NOW = Date.UTC(2026, 10, 24)
const [MINUTE, HOUR] = [60_000, 3_600_000]

let server: RunningPostgres
let pool: pg.Pool

beforeAll(async () => {
  server = await startPostgres()
  // One connection, whose statistics are told when it is asked for them.
  pool = pgPool(server.url, { max: 1 })
})

afterAll(async () => {
  await pool.end()
  await server.stop()
})

interface Opened {
  readonly registry: UserSessionRegistry
  readonly run: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>
  readonly indexes: string
}

const OPEN: Readonly<Record<'sqlite' | 'postgres', () => Opened>> = {
  sqlite() {
    const database = new DatabaseSync(':memory:')
    return {
      registry: sqliteRegistry(database),
      run: async (sql) => (sql.startsWith('SELECT') ? database.prepare(sql).all() : (database.exec(sql), [])),
      indexes: `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'coatcheck_user_sessions' AND sql IS NOT NULL ORDER BY name`,
    }
  },
  postgres: () => ({
    registry: postgresRegistry(pool),
    run: async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows,
    indexes: `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'coatcheck_user_sessions' ORDER BY indexname`,
  }),
}

describe.each(['sqlite', 'postgres'] as const)('the tables of coatcheck 0.1 in %s', (dialect) => {
  test('are moved over by migrate: every record counts as before, and the indexes are those of new tables', async () => {
    const { registry, run, indexes } = OPEN[dialect]()
    await registry.migrate()
    const newIndexes = await run(indexes)
    await run('DROP TABLE coatcheck_user_sessions')
    await run('DROP TABLE coatcheck_user_session_epochs')
    await run(readFileSync(join(import.meta.dirname, 'tables-of-0.1', `${dialect}.sql`), 'utf8'))
    const bytes = dialect === 'postgres' ? String.raw`'\x00'::bytea` : `x'00'`
    for (const [id, idleEnd] of [
      ['alive', NOW + HOUR],
      ['expired', NOW - 1],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await run(`INSERT INTO coatcheck_user_sessions (id, user_id, epoch, everyone_epoch, secret_hash, created_at, authenticated_at,
        last_seen_at, idle_expires_at, absolute_expires_at) VALUES ('${id}', '7', 0, 0, ${bytes}, 1, 1, 1, ${idleEnd}, ${NOW + HOUR})`)
    }
    await Promise.all([registry.migrate(), registry.migrate()])
    expect(await run(indexes)).toEqual(newIndexes)
    expect((await registry.list('7', NOW)).map(({ id }) => id)).toEqual(['alive'])
    expect(await registry.insert(newSession('7', NOW), { maximum: 1 })).toMatchObject({ ended: [{ id: 'alive' }] })
    expect(await registry.sweep({ before: NOW, limit: 10 })).toBe(1)
    expect(await registry.find('expired')).toBeUndefined()
    expect(await registry.find('alive')).toMatchObject({ endedBecause: 'limit' })
  })
})

test('in PostgreSQL a note of a use stays in its page, as long as the record expires in the same hour', async () => {
  const registry = postgresRegistry(pool, { prefix: 'pages_' })
  await registry.migrate()
  const records = Array.from({ length: 500 }, () => newSession('7', NOW, { idleExpiresAt: NOW + MINUTE }))
  for (const record of records) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as people sign in
    await registry.insert(record, { maximum: 1000 })
  }
  const noteAll = async (at: number): Promise<void> => {
    for (const { id } of records) {
      const seen = { lastSeenAt: at, idleExpiresAt: at + MINUTE, notSince: at - MINUTE }
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await registry.touch(id, seen)).toBe(true)
    }
  }
  for (const minutes of [5, 15, 25, 35]) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await noteAll(NOW + minutes * MINUTE)
  }
  const [within] = await updates()
  expect(within).toMatchObject({ all: 2000 })
  expect(within?.hot).toBeGreaterThan(1900)
  await noteAll(NOW + 65 * MINUTE)
  const [beyond] = await updates()
  expect(beyond).toMatchObject({ all: 2500, hot: within?.hot })
})

/** How many rows of the table were updated, and how many of them without a new entry in an index. */
async function updates(): Promise<readonly { readonly all: number; readonly hot: number }[]> {
  await pool.query('SELECT pg_stat_force_next_flush()')
  const { rows } = await pool.query<{
    all: number
    hot: number
  }>(`SELECT n_tup_upd::int AS all, n_tup_hot_upd::int AS hot
    FROM pg_stat_user_tables WHERE relname = 'pages_user_sessions'`)
  return rows
}
