import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres, type RunningPostgres } from '../support/postgres.ts'
import { registryContract } from './registry-contract.ts'

let server: RunningPostgres
const directory = mkdtempSync(join(tmpdir(), 'coatcheck-registry-'))
const closing: (() => unknown)[] = []

beforeAll(async () => {
  server = await startPostgres()
})

afterAll(async () => {
  await Promise.all(closing.map((close) => close()))
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

function openPool(options: pg.PoolConfig = {}): pg.Pool {
  const pool = pgPool(server.url, options)
  closing.push(() => pool.end())
  return pool
}

function openPostgresJs(): postgres.Sql {
  const sql = postgres(server.url, { onnotice: () => {} })
  closing.push(() => sql.end())
  return sql
}

registryContract('SQLite', async () => {
  const database = new DatabaseSync(join(directory, 'registry.db'))
  database.exec('PRAGMA journal_mode = WAL')
  closing.push(() => database.close())
  return sqliteRegistry(database)
})

registryContract('SQLite through a client whose rows are always objects, as better-sqlite3 or Node 22.13', async () => {
  const database = new DatabaseSync(':memory:')
  closing.push(() => database.close())
  return sqliteRegistry({
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      return { all: (...values: never[]) => statement.all(...values) }
    },
  })
})

registryContract('SQLite through clients that are set to rows and numbers of another kind', async () => {
  const database = new DatabaseSync(join(directory, 'other.db'), { readBigInts: true, returnArrays: true })
  closing.push(() => database.close())
  return sqliteRegistry(database)
})

registryContract('SQLite through better-sqlite3 with numbers of another kind', async () => {
  const database = new Database(join(directory, 'other-better.db')).defaultSafeIntegers()
  closing.push(() => database.close())
  return sqliteRegistry(database)
})

registryContract('SQLite through better-sqlite3', async () => {
  const database = new Database(join(directory, 'better.db'))
  database.pragma('journal_mode = WAL')
  closing.push(() => database.close())
  return sqliteRegistry(database)
})

registryContract('PostgreSQL through pg', async () => {
  return postgresRegistry(openPool(), { prefix: 'pg_' })
})

registryContract('PostgreSQL through postgres.js', async () => {
  return postgresRegistry(openPostgresJs(), { prefix: 'js_' })
})

registryContract('PostgreSQL without prepared statements', async () => {
  return postgresRegistry(openPool(), { prefix: 'unprepared_', prepare: false })
})

describe('prepared statements', () => {
  /** What the only connection of a client has prepared, after a record was looked for. */
  const prepared = async (prepare: boolean | undefined): Promise<unknown> => {
    const pool = openPool({ max: 1 })
    const registry = postgresRegistry(pool, { prefix: 'prepared_', prepare })
    await registry.migrate()
    await registry.find('nobody has this one')
    const { rows } = await pool.query<{ name: string }>('SELECT name FROM pg_prepared_statements')
    return rows.map(({ name }) => name)
  }

  test('are kept by each connection of pg, under a name that begins with ours', async () => {
    expect(await prepared(undefined)).toEqual([expect.stringMatching(/^coatcheck_[0-9a-f]{32}$/)])
  })

  test('are not made with prepare: false, as behind an old PgBouncer', async () => {
    expect(await prepared(false)).toEqual([])
  })

  test('of one connection may belong to registries with other prefixes', async () => {
    const pool = openPool({ max: 1 })
    const registries = ['one_', 'two_'].map((prefix) => postgresRegistry(pool, { prefix }))
    for (const registry of registries) {
      // oxlint-disable-next-line no-await-in-loop -- one connection
      await registry.migrate()
      // oxlint-disable-next-line no-await-in-loop -- one connection
      expect(await registry.find('nobody has this one')).toBeUndefined()
    }
  })

  test.each(['pg', 'postgres.js'])('of %s outlive a column that somebody adds to the table', async (client) => {
    const prefix = client === 'pg' ? 'added_pg_' : 'added_js_'
    const pool = openPool()
    const registry = postgresRegistry(client === 'pg' ? pool : openPostgresJs(), { prefix })
    await registry.migrate()
    await registry.find('nobody has this one')
    await pool.query(`ALTER TABLE ${prefix}user_sessions ADD COLUMN note TEXT`)
    expect(await registry.find('nobody has this one')).toBeUndefined()
  })
})

describe('the names of the tables', () => {
  test('begin with a prefix, and may be in a schema of PostgreSQL', async () => {
    const pool = openPool()
    await pool.query('CREATE SCHEMA auth')
    const registry = postgresRegistry(pool, { prefix: 'auth.' })
    await registry.migrate()
    await registry.raiseUserEpoch('7')
    expect((await pool.query('SELECT user_id, epoch FROM auth.user_session_epochs')).rows).toEqual([
      { user_id: '7', epoch: '1' },
    ])
    expect(await registry.epochs('7')).toEqual({ user: 1, everyone: 0 })
  })

  test.each(['Coatcheck_', 'a"b', "x'; --", 'a.b.c_', 'a b', '7_', 'x'.repeat(32)])(
    'a prefix that would need quotes is refused: %s',
    (prefix) => {
      const database = new DatabaseSync(':memory:')
      closing.push(() => database.close())
      expect(() => sqliteRegistry(database, { prefix })).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }))
    },
  )

  test('what is no client is refused with the names of those that are', () => {
    expect(() => postgresRegistry({} as never)).toThrow(/expected a Pool of pg or what postgres\(\)/)
    expect(() => sqliteRegistry({} as never)).toThrow(/expected a DatabaseSync of node:sqlite or a Database/)
  })
})
