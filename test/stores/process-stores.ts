import { DatabaseSync } from 'node:sqlite'
import Database from 'better-sqlite3'
import pg from 'pg'
import postgres from 'postgres'
import { postgresStore } from '../../src/stores/postgres.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore, type SqlSessionStore } from '../../src/stores/sqlite.ts'
import type { SessionStore } from '../../src/stores/store.ts'
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
  'PostgreSQL, by pg': (url) => {
    const pool = new pg.Pool({ connectionString: url, max: 4 }).on('error', () => {})
    return migrated(postgresStore(pool), () => pool.end())
  },
  'PostgreSQL, by postgres.js': (url) => {
    const sql = postgres(url, { max: 4, onnotice: () => {} })
    return migrated(postgresStore(sql), () => sql.end())
  },
  'SQLite, by node:sqlite': (file) => {
    const database = new DatabaseSync(file)
    database.exec(JOURNAL)
    return migrated(sqliteStore(database), () => database.close())
  },
  'SQLite, by better-sqlite3': (file) => {
    const database = new Database(file)
    database.exec(JOURNAL)
    return migrated(sqliteStore(database), () => database.close())
  },
}

/** What eight processes that write as fast as they can need, on a disk that others use, too. */
const JOURNAL = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL'

export async function openStore(name: string, place: string): Promise<OpenStore> {
  const open = STORES[name]
  if (open === undefined) throw new Error(`There is no store called ${name}`)
  return open(place)
}

async function migrated(store: SqlSessionStore, close: () => unknown): Promise<OpenStore> {
  await store.migrate()
  return { store, close }
}

async function openRedis(clientName: string, url: string): Promise<OpenStore> {
  const [, open] = SINGLE.find(([name]) => name === clientName) ?? []
  if (open === undefined) throw new Error(`There is no client called ${clientName}`)
  const { client, close } = await open({ url })
  return { store: redisStore(client), close }
}
