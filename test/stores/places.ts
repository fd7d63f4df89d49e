import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import type pg from 'pg'
import { memoryStore } from '../../src/stores/memory.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'

/** One database for a test file, and as many stores over it as there would be processes. */
export interface Place {
  open(): Promise<SessionStore>
  close(): Promise<void>
}

async function openMemory(): Promise<Place> {
  const store = memoryStore()
  return { open: () => Promise.resolve(store), close: () => Promise.resolve() }
}

async function openRedis(): Promise<Place> {
  const server = await RedisServer.start()
  const clients: Redis[] = []
  return {
    async open() {
      const client = new Redis(server.url)
      clients.push(client)
      return redisStore(client)
    },
    async close() {
      for (const client of clients) client.disconnect()
      await server.stop()
    },
  }
}

async function openPostgres(): Promise<Place> {
  const server = await startPostgres()
  const pools: pg.Pool[] = []
  return {
    async open() {
      const pool = pgPool(server.url)
      pools.push(pool)
      const store = postgresStore(pool)
      await store.migrate()
      return store
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.end()))
      await server.stop()
    },
  }
}

async function openSqlite(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-stores-'))
  const databases: DatabaseSync[] = []
  return {
    async open() {
      const database = new DatabaseSync(join(directory, 'sessions.db'))
      database.exec('PRAGMA journal_mode = WAL')
      databases.push(database)
      const store = sqliteStore(database)
      await store.migrate()
      return store
    },
    async close() {
      for (const database of databases) database.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** The stores that every rule must hold on. */
export const PLACES: readonly (readonly [name: string, open: () => Promise<Place>])[] = [
  ['memory', openMemory],
  ['redis', openRedis],
  ['postgres', openPostgres],
  ['sqlite', openSqlite],
]
