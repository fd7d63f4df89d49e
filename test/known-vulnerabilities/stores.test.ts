import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { App, Browser } from '../stores/browser.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'

interface Opened {
  readonly store: SessionStore
  /** How many sessions the database holds, alive or not. */
  readonly count: () => Promise<number>
  /** Takes away what would make the database itself remove what has expired. */
  readonly keepForEver: () => Promise<unknown>
  readonly close: () => Promise<unknown>
}

async function openRedis(): Promise<Opened> {
  const server = await RedisServer.start()
  const client = new Redis(server.url)
  return {
    store: redisStore(client),
    count: () => client.dbsize(),
    keepForEver: async () => Promise.all((await client.keys('*')).map((key) => client.persist(key))),
    close: async () => {
      client.disconnect()
      await server.stop()
    },
  }
}

async function openPostgres(): Promise<Opened> {
  const server = await startPostgres()
  const pool = pgPool(server.url)
  const store = postgresStore(pool)
  await store.migrate()
  return {
    store,
    count: async () => (await pool.query('SELECT id FROM coatcheck_sessions')).rows.length,
    keepForEver: async () => {},
    close: async () => {
      await pool.end()
      await server.stop()
    },
  }
}

async function openSqlite(): Promise<Opened> {
  const database = new DatabaseSync(':memory:')
  const store = sqliteStore(database)
  await store.migrate()
  return {
    store,
    count: async () => database.prepare('SELECT id FROM coatcheck_sessions').all().length,
    keepForEver: async () => {},
    close: async () => database.close(),
  }
}

async function openMemory(): Promise<Opened> {
  const store = memoryStore()
  // Its sessions are private, and are looked at as a test may: none is there whose id was not asked for.
  return { store, count: async () => Number.NaN, keepForEver: async () => {}, close: async () => {} }
}

describe.each([
  ['memory', openMemory],
  ['redis', openRedis],
  ['postgres', openPostgres],
  ['sqlite', openSqlite],
])('sessions in %s', (name, open) => {
  let opened: Opened
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  const signedIn = async (options: ConstructorParameters<typeof App>[0] = {}): Promise<Browser> => {
    const browser = new Browser(new App({ store: opened.store, ...options }))
    await browser.visit((session) => (session['userId'] = 7))
    return browser
  }

  /** CVE-2013-10075, CVE-2026-79313: a session ended only when somebody swept. */
  test('what has expired and was swept by nobody is refused', async () => {
    const browser = await signedIn({ idleTimeout: '1h', absoluteTimeout: '2h' })
    const before = await opened.count()
    await opened.keepForEver()
    browser.app.clock.advance(3600)
    await browser.visit((session) => expect([session['userId'], session.isNew]).toEqual([undefined, true]))
    expect(await opened.count()).toBe(before)
  })

  /** CVE-2026-117499, CVE-2026-126076, CVE-2024-35220: a request in flight put back what had ended. */
  test.each([
    ['sets a key', (session) => (session['late'] = true)],
    ['touches', (session) => session.touch()],
    ['renews', (session) => session.renew()],
    ['sets the flash', (session) => (session.flash['notice'] = 'Saved')],
  ] as const satisfies readonly (readonly [
    string,
    (session: Awaited<ReturnType<Browser['begin']>>['session']) => unknown,
  ])[])('a request that read, was overtaken by sign-out and then %s leaves no key in the store', async (_, write) => {
    const browser = await signedIn()
    const empty = (await opened.count()) - 1
    const copy = browser.copy()
    const late = await browser.begin()
    write(late.session)
    await browser.visit((session) => session.destroy())
    expect((await late.commit()).setCookie).toEqual([])
    expect(await copy.data()).toEqual({})
    expect(await opened.count()).toBe(name === 'memory' ? Number.NaN : empty)
  })

  /** CVE-2026-40155: what several requests asked for at once was given to the wrong one. */
  test('a hundred visitors who come in one turn get each their own session', async () => {
    const app = new App({ store: opened.store })
    const browsers = Array.from({ length: 100 }, () => new Browser(app))
    await Promise.all(browsers.map((browser, at) => browser.visit((session) => (session['userId'] = at))))
    const found = await Promise.all(
      [...browsers, ...browsers.map((browser) => browser.copy())].map((browser) => browser.data()),
    )
    expect(found.map((data) => data['userId'])).toEqual([...browsers, ...browsers].map((_each, at) => at % 100))
  })
})
