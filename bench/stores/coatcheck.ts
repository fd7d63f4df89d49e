import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pgPool } from '../../test/support/pg-pool.ts'
import type * as ExpressAdapter from '../../src/adapters/express.ts'
import type * as FastifyAdapter from '../../src/adapters/fastify.ts'
import type * as Index from '../../src/index.ts'
import type { Sessions } from '../../src/index.ts'
import type * as Postgres from '../../src/stores/postgres.ts'
import type * as Redis from '../../src/stores/redis.ts'
import type * as Sqlite from '../../src/stores/sqlite.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { built } from '../built.ts'
import { DIRECTORY, POSTGRES_URL } from './environment.ts'
import type { VisitorSession } from '../servers/visitor-session.ts'

const { createSessions } = await built<typeof Index>('index.js')
const { redisStore } = await built<typeof Redis>('stores/redis.js')
const { sqliteStore } = await built<typeof Sqlite>('stores/sqlite.js')
const { postgresStore } = await built<typeof Postgres>('stores/postgres.js')
export const { session: expressSession } = await built<typeof ExpressAdapter>('adapters/express.js')
export const { coatcheck: fastifySession } = await built<typeof FastifyAdapter>('adapters/fastify.js')

export function onRedis(client: Redis.NodeRedisClient | Redis.IoredisClient): Sessions<VisitorSession> {
  return sessionsIn(redisStore(client))
}

/** In a file with a write-ahead log, as the documentation advises. `NORMAL` is what an application would choose with it. */
export async function onSqlite(): Promise<Sessions<VisitorSession>> {
  const database = new DatabaseSync(join(process.env[DIRECTORY] ?? '', 'sessions.db'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  const store = sqliteStore(database)
  await store.migrate()
  return sessionsIn(store)
}

export async function onPostgres(): Promise<Sessions<VisitorSession>> {
  const store = postgresStore(pgPool(process.env[POSTGRES_URL] ?? ''))
  await store.migrate()
  return sessionsIn(store)
}

/** All options as they are by default. */
function sessionsIn(store: SessionStore): Sessions<VisitorSession> {
  return createSessions<VisitorSession>({ name: 'session', secrets: [randomBytes(32).toString('base64url')], store })
}
