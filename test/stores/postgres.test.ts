import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresStore, type PgPool, type PostgresStoreOptions } from '../../src/stores/postgres.ts'
import type { SqlSessionStore } from '../../src/stores/sqlite.ts'
import { newChange, newId, newSession, NOW } from '../../src/testing/stored-sessions.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres, type RunningPostgres } from '../support/postgres.ts'
import { contractTests } from './contract.ts'
import { likeMemory } from './like-memory.ts'

let server: RunningPostgres
const closing: (() => unknown)[] = []

beforeAll(async () => {
  server = await startPostgres()
})

afterAll(async () => {
  await Promise.all(closing.map((close) => close()))
  await server.stop()
})

function openPool(options: pg.PoolConfig = {}): pg.Pool {
  const pool = pgPool(server.url, options)
  closing.push(() => pool.end())
  return pool
}

function openPostgresJs(): postgres.Sql {
  const sql = postgres(server.url, { max: 4, onnotice: () => {} })
  closing.push(() => sql.end())
  return sql
}

/** A store with a table of its own, through one pool. */
async function newStore(prefix: string, options: pg.PoolConfig = {}) {
  const pool = openPool(options)
  const store = postgresStore(pool, { prefix })
  await store.migrate()
  return { pool, store, table: `${prefix}sessions` }
}

describe.each<[string, () => PgPool | postgres.Sql, PostgresStoreOptions]>([
  ['pg', () => openPool({ max: 4 }), { prefix: 'pg_' }],
  ['postgres.js', openPostgresJs, { prefix: 'js_' }],
  ['pg without prepared statements', () => openPool({ max: 4 }), { prefix: 'unprepared_', prepare: false }],
])('postgresStore through %s', (_, connect, options) => {
  const stores: SqlSessionStore[] = []
  let opened = 0

  beforeAll(async () => {
    // Three, as many as one of the contract's cases opens at most: a server has 100 connections.
    stores.push(...Array.from({ length: 3 }, () => postgresStore(connect(), options)))
    await stores[0]?.migrate()
  })

  const open = async () => {
    const store = stores[opened++ % stores.length]
    if (store === undefined) throw new Error('none is open')
    return store
  }

  contractTests(open)
  likeMemory(open)
})

describe('postgresStore', () => {
  test.each(['pg', 'postgres.js'])('each verb costs one statement, and %s prepares it once', async (client) => {
    const { pool } = await newStore('counted_', { max: 1 })
    const sql = postgres(server.url, { max: 1, onnotice: () => {} })
    closing.push(() => sql.end())
    const texts: string[] = []
    const counting: PgPool = {
      query: (query) => pool.query(query),
      async connect() {
        const connection = await pool.connect()
        return {
          query(query) {
            texts.push(query.text)
            return connection.query(query)
          },
          release: (error?: boolean) => connection.release(error),
        }
      },
    }
    const countingSql = Object.assign(() => {}, {
      begin: sql.begin.bind(sql),
      unsafe(text: string, values?: never[], options?: { prepare?: boolean }) {
        texts.push(text)
        return sql.unsafe(text, values, options)
      },
    })
    const store = postgresStore(client === 'pg' ? counting : countingSql, { prefix: 'counted_' })
    const id = newId()
    for (const _ of ['once', 'twice']) {
      texts.length = 0
      await store.insert(id, newSession({}), NOW)
      await store.find(id)
      await store.update(id, newChange({ set: { a: '2' }, remove: ['b'], add: { c: 1 } }), NOW)
      await store.delete(id)
      await store.sweep({ now: 1, limit: 10 })
      expect(texts.map((text) => text.split(' ')[0])).toEqual(['INSERT', 'SELECT', 'UPDATE', 'DELETE', 'DELETE'])
    }
    const prepared = `SELECT count(*)::int AS count FROM pg_prepared_statements WHERE statement LIKE '%counted_sessions%'`
    const [row] = client === 'pg' ? (await pool.query<{ count: number }>(prepared)).rows : await sql.unsafe(prepared)
    expect(row).toEqual({ count: 5 })
  })

  test.each([
    ['a small session', 1],
    ['one of more than 2 KiB', 38],
  ])('updates of %s stay on its page and touch no index, however often it is used', async (_, texts) => {
    const { pool, store, table } = await newStore(`hot_${texts}_`, { max: 1 })
    const hour = Math.floor(NOW / 3600) * 3600
    // Random, so that nothing of it is compressed away.
    const text = (): string => JSON.stringify(randomBytes(33).toString('base64'))
    const entries = Object.fromEntries(Array.from({ length: texts }, (__, at) => [`text${at}`, text()]))
    const ids = Array.from({ length: 300 }, newId)
    for (const id of ids) await store.insert(id, newSession({ entries, expiresAt: hour + 1 }), hour)
    for (let use = 1; use <= 20; use++) {
      for (const id of ids) {
        const change = newChange({ set: { text0: text() }, slid: hour + use, expiresAt: hour + 1 + use })
        expect(await store.update(id, change, hour)).toBe(true)
      }
    }
    await pool.query('SELECT pg_stat_force_next_flush()')
    const { rows } = await pool.query<{ updated: number; hot: number; out: number }>(
      `SELECT n_tup_upd::int AS updated, n_tup_hot_upd::int AS hot, pg_relation_size(reltoastrelid)::int AS out
        FROM pg_stat_user_tables JOIN pg_class ON pg_class.oid = relid WHERE pg_class.relname = '${table}'`,
    )
    expect(rows).toEqual([{ updated: 6000, hot: expect.any(Number) as number, out: 0 }])
    expect(rows[0]?.hot).toBeGreaterThan(0.99 * 6000)
  })

  test('a dump has ids as they were given, which are hashes, and nothing else that would open a session', async () => {
    const { pool, store, table } = await newStore('dumped_')
    const id = newId()
    await store.insert(id, newSession({ entries: { user: '7' } }), NOW)
    const { rows } = await pool.query(`SELECT * FROM ${table}`)
    expect(rows).toEqual([
      {
        id,
        created: String(NOW),
        slid: String(NOW),
        expires_at: String(NOW + 3600),
        sweep_after: String(Math.ceil((NOW + 3600) / 3600) * 3600),
        entries: { user: '7' },
      },
    ])
  })

  test('a table in a schema of its own, and a column that somebody adds, are fine', async () => {
    const pool = openPool()
    await pool.query('CREATE SCHEMA auth')
    const store = postgresStore(pool, { prefix: 'auth.' })
    await store.migrate()
    await store.migrate()
    const id = newId()
    await store.insert(id, newSession({}), NOW)
    await pool.query('ALTER TABLE auth.sessions ADD COLUMN note TEXT')
    expect(await store.find(id)).toBeDefined()
    expect(await store.update(id, newChange({}), NOW)).toBe(true)
  })

  test('options are checked', () => {
    const pool = openPool()
    const refused = expect.objectContaining({ code: 'ERR_OPTIONS' }) as Error
    for (const maxBytes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '64kB' as never]) {
      expect(() => postgresStore(pool, { maxBytes })).toThrow(refused)
    }
    expect(() => postgresStore(pool, { prefix: 'a"b' })).toThrow(refused)
    expect(() => postgresStore(pool, { queryTimeout: '0s' })).toThrow(refused)
    expect(() => postgresStore({} as never)).toThrow(/postgresStore takes a client, expected a Pool of pg/)
    expect(postgresStore(pool, { maxBytes: 1000 })).toMatchObject({ name: 'postgres', maxBytes: 1000 })
  })
})

describe('a sweep of PostgreSQL', () => {
  const LONG_AGO = 1_000_000
  const expired = newSession({ created: LONG_AGO, slid: LONG_AGO, expiresAt: LONG_AGO + 1 })

  async function withExpired(prefix: string, count: number) {
    const world = await newStore(prefix)
    const ids = Array.from({ length: count }, newId)
    await Promise.all(ids.map((id) => world.store.insert(id, expired, LONG_AGO)))
    return { ...world, ids }
  }

  test('passes over a session that somebody else has locked, and takes it the next time', async () => {
    const { pool, store, table, ids } = await withExpired('locked_', 10)
    const shell = await pool.connect()
    await shell.query(`BEGIN`)
    await shell.query(`SELECT 1 FROM ${table} WHERE id = $1 FOR UPDATE`, [ids[3]])
    expect(await store.sweep({ now: NOW, limit: 100 })).toBe(9)
    await shell.query('ROLLBACK')
    shell.release()
    expect(await store.sweep({ now: NOW, limit: 100 })).toBe(1)
  })

  test('several at once, while others write, delete each expired session once and none that is alive', async () => {
    const { store } = await withExpired('swept_', 600)
    const alive = Array.from({ length: 20 }, newId)
    await Promise.all(alive.map((id) => store.insert(id, newSession({ entries: {} }), NOW)))
    const others = [postgresStore(openPool({ max: 4 }), { prefix: 'swept_' }), store]
    const sweepAll = async (by: SqlSessionStore): Promise<number> => {
      let sum = 0
      for (let swept = 7; swept === 7; sum += swept) swept = await by.sweep({ now: NOW, limit: 7 })
      return sum
    }
    const writing = alive.flatMap((id) =>
      Array.from({ length: 20 }, () => store.update(id, newChange({ add: { n: 1 } }), NOW)),
    )
    const [swept, written] = await Promise.all([Promise.all(others.map(sweepAll)), Promise.all(writing)])
    // One of two that want the same sessions may find all of them locked, and end before the other one does.
    expect(swept[0]! + swept[1]! + (await sweepAll(store))).toBe(600)
    expect(written).not.toContain(false)
    for (const id of alive) expect((await store.find(id))?.entries.get('n')).toBe('20')
  })
})
