import { DatabaseSync } from 'node:sqlite'
import { redisStore } from 'coatcheck/redis'
import { sqliteStore } from 'coatcheck/sqlite'
import { storeContract } from 'coatcheck/testing'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import type { RuntimeCase } from './case.ts'
import { identityCases } from './cases/identity.ts'
import type { Suite } from './suites.ts'

type OpenStore = Parameters<(typeof storeContract)[number]['check']>[0]

/** The contract of session stores, on databases that a server can bring. */
export const storeSuites: readonly Suite[] = [
  storeSuite('node:sqlite', async () => {
    const database = new DatabaseSync(':memory:')
    const store = sqliteStore(database)
    await store.migrate()
    return { open: () => store, close: () => database.close() }
  }),
  { title: 'user sessions', cases: identityCases, start: () => ({ origin: '', stop: () => undefined }) },
  ...redisSuites(process.env['REDIS_URL']),
]

function redisSuites(url: string | undefined): Suite[] {
  if (url === undefined) return []
  return [
    storeSuite('node-redis', async () => {
      const client = await createClient({ url }).connect()
      return { open: () => redisStore(client), close: () => client.close() }
    }),
    storeSuite('ioredis', async () => {
      const client = new Redis(url)
      return { open: () => redisStore(client), close: () => client.quit() }
    }),
  ]
}

function storeSuite(title: string, start: () => Promise<{ open: OpenStore; close: () => unknown }>): Suite {
  let open: OpenStore = () => {
    throw new Error(`${title} has not been started`)
  }
  return {
    title,
    cases: storeContract.map(({ name, check }): RuntimeCase => ({ name, check: () => check(() => open()) })),
    async start() {
      const started = await start()
      open = started.open
      return { origin: '', stop: started.close }
    },
  }
}
