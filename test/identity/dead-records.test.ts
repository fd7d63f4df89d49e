import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import type { UserSessionRegistry } from '../../src/identity/index.ts'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { newSession } from '../cli/world.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'

const NOW = Date.UTC(2026, 10, 24)
const HOUR = 3_600_000

interface Asked {
  readonly text: string
  readonly values: unknown[]
}

/** A registry, everything that it asks, and its database. */
interface World {
  readonly registry: UserSessionRegistry
  readonly asked: Asked[]
  sql(text: string): Promise<unknown>
  /** How many records a statement reads; of SQLite, by which columns it looks for them. */
  reads(statement: Asked): Promise<number | string>
  readonly none: number | string
}

function openSqlite(): World {
  const database = new DatabaseSync(':memory:')
  const asked: Asked[] = []
  const registry = sqliteRegistry({
    exec: (sql: string) => database.exec(sql),
    prepare: (sql: string) => {
      const statement = database.prepare(sql)
      return { all: (...values: never[]) => (asked.push({ text: sql, values }), statement.all(...values)) }
    },
  })
  return {
    registry,
    asked,
    sql: async (text) => database.exec(text),
    async reads({ text, values }) {
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...(values as never[])) // as: what it was asked with
      const searches = plan.map(({ detail }) => String(detail)).filter((detail) => detail.includes('_alive'))
      return searches.map((detail) => /\(.*\)/.exec(detail)?.[0]).join()
    },
    none: '(user_id=? AND epoch=? AND everyone_epoch=? AND <expr>>?)',
  }
}

/** A step of a plan that was carried out. */
interface Step {
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly Step[]
}

function read(step: Step): number {
  const own = (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)) * step['Actual Loops']
  const below = (step.Plans ?? []).reduce((sum, each) => sum + read(each), 0)
  return below + (step['Relation Name'] === 'coatcheck_user_sessions' ? own : 0)
}

async function openPostgres(): Promise<World> {
  const server = await startPostgres()
  const pool = pgPool(server.url)
  onTestFinished(async () => {
    await pool.end()
    await server.stop()
  })
  const asked: Asked[] = []
  type Query = { text: string; values?: unknown[] }
  const noting = (client: { query: (query: Query) => Promise<never> }) => ({
    query: (query: Query) => {
      asked.push({ text: query.text, values: query.values ?? [] })
      return client.query(query)
    },
  })
  const registry = postgresRegistry({
    ...noting(pool),
    connect: async () => {
      const client = await pool.connect()
      return { ...noting(client), release: (error?: boolean) => client.release(error) }
    },
  })
  return {
    registry,
    asked,
    sql: (text) => pool.query(text),
    async reads({ text, values }) {
      const client = await pool.connect()
      await client.query('BEGIN')
      const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values)
      await client.query('ROLLBACK')
      client.release()
      const [{ Plan: plan }] = (rows as { 'QUERY PLAN': [{ Plan: Step }] }[])[0]?.['QUERY PLAN'] ?? [
        { Plan: undefined },
      ] // as: what EXPLAIN gives
      return plan === undefined ? Infinity : read(plan)
    },
    none: 2,
  }
}

test.each([
  ['SQLite', openSqlite],
  ['PostgreSQL', openPostgres],
])(
  'on %s, records that a counter has ended, or that expired, are not read before they are swept: not by a list of devices, not by a sign-in',
  async (_, open) => {
    const world = await open()
    const { registry, asked } = world
    await registry.migrate()
    for (const user of ['7', '8']) await registry.insert(newSession(user, NOW), { maximum: 10 })
    // Three thousand devices of one user that are revoked, three thousand that expired an hour ago, and thirty thousand of another one.
    const copy = (user: string, count: number, epoch: number, idleEnd: number): Promise<unknown> =>
      world.sql(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
      INSERT INTO coatcheck_user_sessions (id, user_id, epoch, everyone_epoch, secret_hash, created_at, authenticated_at,
        last_seen_at, idle_expires_at, absolute_expires_at)
      SELECT 'copy ' || user_id || ' ' || epoch || ' ' || i, user_id, epoch, everyone_epoch, secret_hash, created_at,
        authenticated_at, last_seen_at, ${idleEnd}, absolute_expires_at FROM coatcheck_user_sessions, n
      WHERE user_id = '${user}' AND epoch = ${epoch}`)
    await copy('7', 3000, 0, NOW + HOUR)
    await copy('8', 30_000, 0, NOW + HOUR)
    await registry.raiseUserEpoch('7')
    await registry.insert(newSession('7', NOW), { maximum: 10 })
    await copy('7', 3000, 1, NOW - HOUR)
    await world.sql('ANALYZE')
    asked.length = 0
    expect(await registry.list('7', NOW)).toHaveLength(1)
    await registry.insert(newSession('7', NOW), { maximum: 10 })
    const about = asked.filter(({ text }) => /last_seen_at DESC|ROW_NUMBER/.test(text))
    expect(about).toHaveLength(2)
    for (const statement of about) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const reads = await world.reads(statement)
      expect(typeof reads === 'number' ? Math.min(reads, 2) : reads).toBe(world.none)
      expect(typeof reads === 'number' ? reads : 0).toBeLessThan(10)
    }
  },
)
