import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import type { UserSessionRegistry } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'

/** One database for a test file, and as many registries over it as there would be processes. */
export interface Database {
  /** A registry with a connection of its own. */
  open(): Promise<UserSessionRegistry>
  /** Runs SQL as somebody with a shell on the database. */
  sql(text: string): Promise<void>
  close(): Promise<void>
}

async function openSqlite(): Promise<Database> {
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-identity-'))
  const databases: DatabaseSync[] = []
  const connect = (): DatabaseSync => {
    const database = new DatabaseSync(join(directory, 'app.db'))
    database.exec('PRAGMA journal_mode = WAL')
    databases.push(database)
    return database
  }
  const shell = connect()
  return {
    open: () => Promise.resolve(sqliteRegistry(connect())),
    async sql(text) {
      shell.exec(text)
    },
    async close() {
      for (const database of databases) database.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function openPostgres(): Promise<Database> {
  const server = await startPostgres()
  const pools: pg.Pool[] = []
  const connect = (): pg.Pool => {
    const pool = pgPool(server.url)
    pools.push(pool)
    return pool
  }
  const shell = connect()
  return {
    open: () => Promise.resolve(postgresRegistry(connect())),
    async sql(text) {
      await shell.query(text)
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.end()))
      await server.stop()
    },
  }
}

/** The databases that every rule must hold on. */
export const DATABASES: readonly (readonly [name: string, open: () => Promise<Database>])[] = [
  ['SQLite', openSqlite],
  ['PostgreSQL', openPostgres],
]
