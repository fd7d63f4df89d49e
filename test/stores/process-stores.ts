import { DatabaseSync } from 'node:sqlite'
import { postgresStore } from '../../src/stores/postgres.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { pgPool } from '../support/pg-pool.ts'
import { SINGLE } from './redis-clients.ts'

/** A store with a connection of its own. */
export interface OpenStore {
  readonly store: SessionStore
  readonly close: () => unknown
}

/** How a process opens a store, by name: another store takes a line here, and one in processes.test.ts. */
const STORES: Readonly<Record<string, (place: string) => Promise<OpenStore>>> = {
  'Redis, by node-redis': (url) => openRedis('node-redis 6', url),
  'Redis, by ioredis': (url) => openRedis('ioredis 6', url),
  PostgreSQL: openPostgres,
  SQLite: openSqlite,
}

export async function openStore(name: string, place: string): Promise<OpenStore> {
  const open = STORES[name]
  if (open === undefined) throw new Error(`There is no store called ${name}`)
  return open(place)
}

async function openRedis(clientName: string, url: string): Promise<OpenStore> {
  const [, open] = SINGLE.find(([name]) => name === clientName) ?? []
  if (open === undefined) throw new Error(`There is no client called ${clientName}`)
  const { client, close } = await open({ url })
  return { store: redisStore(client), close }
}

async function openPostgres(url: string): Promise<OpenStore> {
  const pool = pgPool(url)
  const store = postgresStore(pool)
  await store.migrate()
  return { store, close: () => pool.end() }
}

async function openSqlite(file: string): Promise<OpenStore> {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL')
  const store = sqliteStore(database)
  await store.migrate()
  return { store, close: () => database.close() }
}
