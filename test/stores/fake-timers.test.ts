import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { readTree } from '../package/import-graph.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'
import { App, Browser } from './browser.ts'
import { SINGLE, type Clients } from './redis-clients.ts'

async function sqlite(): Promise<SessionStore> {
  const store = sqliteStore(new DatabaseSync(':memory:'))
  await store.migrate()
  return store
}

async function postgres(): Promise<SessionStore> {
  const server = await startPostgres()
  const pool = pgPool(server.url)
  onTestFinished(async () => {
    await pool.end()
    await server.stop()
  })
  const store = postgresStore(pool)
  await store.migrate()
  return store
}

const redis = (open: Clients<Pick<RedisServer, 'url'>>[number][1]) => async (): Promise<SessionStore> => {
  const server = await RedisServer.start()
  const { client, close } = await open(server)
  onTestFinished(async () => {
    await close()
    await server.stop()
  })
  return redisStore(client)
}

const STORES: readonly (readonly [name: string, open: () => Promise<SessionStore>])[] = [
  ['memory', async () => memoryStore()],
  ['SQLite', sqlite],
  ['PostgreSQL', postgres],
  ...SINGLE.map(([name, open]) => [name, redis(open)] as const), // as const: a name and how
]

test.each(STORES)(
  'sessions in %s are read and written while a test fakes the timers of its application',
  async (name, open) => {
    const browser = new Browser(new App({ store: await open() }))
    await browser.visit((session) => (session['userId'] = 7))
    // node-redis itself sends by setImmediate, and waits for a fake one for ever.
    const itsOwn = name.startsWith('node-redis') ? (['setImmediate', 'clearImmediate'] as const) : [] // as const: names of timers
    vi.useFakeTimers({ toNotFake: ['nextTick', 'queueMicrotask', ...itsOwn] })
    try {
      expect(await browser.visit((session) => session.increment('views'))).toBe(1)
      expect(await browser.data()).toEqual({ userId: 7, views: 1 })
    } finally {
      vi.useRealTimers()
    }
  },
)

test('whatever in src waits takes its timers from one place', () => {
  const own = [...readTree('src', ['.ts'])].filter(([path]) => path !== 'src/timers.ts' && !path.startsWith('src/cli/'))
  const takes = own.filter(([, text]) => /\b(?:setTimeout|setImmediate|setInterval)\(/.test(text))
  const elsewhere = takes.filter(([, text]) => !/import \{[^}]*\} from '(?:\.\.?\/)+timers\.ts'/.test(text))
  expect(takes.length).toBeGreaterThan(5)
  expect(elsewhere.map(([path]) => path)).toEqual([])
})
