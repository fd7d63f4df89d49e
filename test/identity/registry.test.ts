import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
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

function openPool(): pg.Pool {
  const pool = new pg.Pool({ connectionString: server.url })
  // Connections that are idle when the server stops say so.
  pool.on('error', () => {})
  closing.push(() => pool.end())
  return pool
}

registryContract('SQLite', async () => {
  const database = new DatabaseSync(join(directory, 'registry.db'))
  database.exec('PRAGMA journal_mode = WAL')
  closing.push(() => database.close())
  return sqliteRegistry(database)
})

registryContract('PostgreSQL through pg', async () => {
  return postgresRegistry(openPool(), { prefix: 'pg_' })
})

registryContract('PostgreSQL through postgres.js', async () => {
  const sql = postgres(server.url, { onnotice: () => {} })
  closing.push(() => sql.end())
  return postgresRegistry(sql, { prefix: 'js_' })
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
