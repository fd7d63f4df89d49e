import { DatabaseSync } from 'node:sqlite'
import { Redis as Ioredis } from 'ioredis'
import { Pool } from 'pg'
import postgres from 'postgres'
import { createClient } from 'redis'
import type * as IdentityPostgres from '../../src/identity/postgres.ts'
import type { UserSessionRegistry } from '../../src/identity/registry.ts'
import type * as IdentitySqlite from '../../src/identity/sqlite.ts'
import type * as Postgres from '../../src/stores/postgres.ts'
import type * as Redis from '../../src/stores/redis.ts'
import type * as Sqlite from '../../src/stores/sqlite.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { built } from '../built.ts'
import type { Client } from './environment.ts'

const { redisStore } = await built<typeof Redis>('stores/redis.js')
const { postgresStore } = await built<typeof Postgres>('stores/postgres.js')
const { sqliteStore } = await built<typeof Sqlite>('stores/sqlite.js')
const { postgresRegistry } = await built<typeof IdentityPostgres>('identity/postgres.js')
const { sqliteRegistry } = await built<typeof IdentitySqlite>('identity/sqlite.js')

/** What keeps the sessions and, where the database can, the user sessions. */
export interface Kept {
  readonly store: SessionStore
  readonly registry: UserSessionRegistry | undefined
}

/** As the documentation sets each client up. */
export async function openClient(client: Client, place: string): Promise<Kept> {
  if (client === 'node-redis') {
    const connected = createClient({ url: place }).on('error', () => {})
    await connected.connect()
    return { store: redisStore(connected), registry: undefined }
  }
  if (client === 'ioredis') return { store: redisStore(new Ioredis(place).on('error', () => {})), registry: undefined }
  if (client === 'node:sqlite') return migrated(onSqlite(place))
  return migrated(client === 'pg' ? onPg(place) : onPostgresJs(place))
}

function onPg(connectionString: string): Required<Kept> {
  const pool = new Pool({ connectionString })
  return { store: postgresStore(pool), registry: postgresRegistry(pool) }
}

function onPostgresJs(url: string): Required<Kept> {
  const sql = postgres(url, { onnotice: () => {} })
  return { store: postgresStore(sql), registry: postgresRegistry(sql) }
}

function onSqlite(file: string): Required<Kept> {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  return { store: sqliteStore(database), registry: sqliteRegistry(database) }
}

async function migrated(kept: Required<Kept>): Promise<Kept> {
  if ('migrate' in kept.store && typeof kept.store.migrate === 'function') await kept.store.migrate()
  await kept.registry?.migrate()
  return kept
}
