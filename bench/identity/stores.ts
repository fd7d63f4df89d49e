import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import postgres from 'postgres'
import { pgPool } from '../../test/support/pg-pool.ts'
import type * as Postgres from '../../src/identity/postgres.ts'
import type { UserSessionRegistry } from '../../src/identity/index.ts'
import type * as Sqlite from '../../src/identity/sqlite.ts'
import { built } from '../built.ts'

const { sqliteRegistry } = await built<typeof Sqlite>('identity/sqlite.js')
const { postgresRegistry } = await built<typeof Postgres>('identity/postgres.js')

/** A database through one client, with the registry over it and the least that any lookup in it takes. */
export interface Store {
  readonly name: string
  readonly dialect: 'sqlite' | 'postgres'
  readonly registry: UserSessionRegistry
  /** One row of user sessions by its primary key: what nobody who asks the database can do without. */
  lookup(id: string): unknown
  run(sql: string): Promise<void>
  close(): Promise<void>
}

/** The columns of a record, as `find` reads them; the two epochs are what `find` reads on top. */
const COLUMNS =
  'user_id, authenticated_at, last_seen_at, idle_expires_at, absolute_expires_at, epoch, everyone_epoch, secret_hash, ended_at, ended_because'
const LOOKUP = `SELECT ${COLUMNS} FROM coatcheck_user_sessions WHERE id =`

/** A file with a write-ahead log, as the documentation advises. `NORMAL` is what an application would choose with it. */
export function openSqlite(directory: string): Store {
  const database = new DatabaseSync(join(directory, 'app.db'), { timeout: 5000 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  let lookup: ReturnType<DatabaseSync['prepare']> | undefined
  return {
    name: 'SQLite (node:sqlite)',
    dialect: 'sqlite',
    registry: sqliteRegistry(database),
    lookup: (id) => (lookup ??= database.prepare(`${LOOKUP} ?`)).get(id),
    async run(sql) {
      database.exec(sql)
    },
    async close() {
      database.close()
    },
  }
}

export function openPg(url: string): Store {
  const pool = pgPool(url)
  return {
    name: 'PostgreSQL (pg)',
    dialect: 'postgres',
    registry: postgresRegistry(pool),
    lookup: (id) => pool.query({ name: 'lookup', text: `${LOOKUP} $1`, values: [id] }),
    async run(sql) {
      await pool.query(sql)
    },
    close: () => pool.end(),
  }
}

export function openPostgresJs(url: string): Store {
  const sql = postgres(url, { onnotice: () => {} })
  return {
    name: 'PostgreSQL (postgres.js)',
    dialect: 'postgres',
    registry: postgresRegistry(sql),
    // A query begins when its `then` is called, as await does.
    lookup: (id) => sql.unsafe(`${LOOKUP} $1`, [id], { prepare: true }).then((rows) => rows),
    async run(text) {
      await sql.unsafe(text)
    },
    close: () => sql.end(),
  }
}
