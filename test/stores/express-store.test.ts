import connectPgSimple from 'connect-pg-simple'
import { RedisStore } from 'connect-redis'
import expressSession from 'express-session'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expressStore, migrate } from '../../src/persistence/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { storeContract } from '../../src/testing/index.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'
import { App, Browser } from './browser.ts'

interface OpenedStore {
  readonly store: SessionStore
  /** Everything that its database holds, as text. */
  readonly dump: () => Promise<string>
  /** What makes the database fail, and work again. */
  readonly close: () => Promise<unknown>
}

async function connectRedis(): Promise<OpenedStore> {
  const server = await RedisServer.start()
  const client = createClient({ url: server.url }).on('error', () => {})
  await client.connect()
  const dump = async (): Promise<string> => {
    const keys = await client.keys('*')
    const values = await Promise.all(keys.map((key) => client.get(key)))
    return JSON.stringify([keys, values])
  }
  const close = async (): Promise<void> => {
    client.destroy()
    await server.stop()
  }
  return { store: expressStore(new RedisStore({ client }), { name: 'connect-redis' }), dump, close }
}

async function connectPg(): Promise<OpenedStore> {
  const server = await startPostgres()
  const pool = pgPool(server.url)
  const Store = connectPgSimple(expressSession)
  const store = new Store({ pool, createTableIfMissing: true, pruneSessionInterval: false })
  const dump = async (): Promise<string> => JSON.stringify((await pool.query('SELECT * FROM session')).rows)
  const close = async (): Promise<void> => {
    await pool.end()
    await server.stop()
  }
  return { store: expressStore(store, { name: 'connect-pg-simple' }), dump, close }
}

/** What a store that reads and writes whole sessions cannot do. Everything else it has to. */
const NOT_GIVEN: ReadonlySet<string> = new Set([
  'of twenty inserts of one id at once, one makes it',
  'of a hundred updates of different entries at once, none is lost',
  'of a hundred additions to one entry at once, all count',
  'deleting while fifty updates are on their way leaves nothing',
  'of ten moves at once one wins, and what was written before it moved with it',
])

describe.each([
  ['connect-redis', connectRedis],
  ['connect-pg-simple', connectPg],
])('%s through expressStore', (name, open) => {
  let opened: OpenedStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  test.each(storeContract.filter((one) => !NOT_GIVEN.has(one.name)))('$name', async ({ check }) => {
    await expect(check(() => opened.store)).resolves.toBeUndefined()
  })

  test('sessions live in it: what one request writes the next one reads, until it is ended', async () => {
    const browser = new Browser(new App({ store: opened.store }))
    await browser.visit((session) => {
      session['userId'] = 7
      session.flash['notice'] = 'Hello'
    })
    const before = browser.copy()
    await browser.visit((session) => {
      expect(session.flash['notice']).toBe('Hello')
      session.renew()
    })
    expect(await before.data()).toEqual({})
    const copy = browser.copy()
    expect(await browser.data()).toEqual({ userId: 7 })
    await browser.visit((session) => session.destroy())
    expect(await copy.data()).toEqual({})
  })

  test('its own expiry is set, so that it can clear away what has expired', async () => {
    const browser = new Browser(new App({ store: opened.store, idleTimeout: '1h' }))
    await browser.visit((session) => (session['userId'] = 7))
    const dump = await opened.dump()
    expect(dump).toMatch(/originalMaxAge\\*":\s*3600000/)
  })

  test('a dump holds no ticket', async () => {
    const browser = new Browser(new App({ store: opened.store }))
    await browser.visit((session) => (session['userId'] = 7))
    const opensNothing = [...(await opened.dump()).matchAll(/[0-9a-f]{4}\.[\w-]{43}/g)].map(([id]) => id)
    expect(opensNothing.length).toBeGreaterThan(0)
    const found = await Promise.all(opensNothing.map((id) => new Browser(browser.app, id).data()))
    for (const data of found) expect(data).toEqual({})
  })

  test('of two parallel requests the last one wins with all of its session, as the documentation says', async () => {
    const browser = new Browser(new App({ store: opened.store }))
    await browser.visit((session) => (session['userId'] = 7))
    const late = await browser.begin()
    late.session['late'] = true
    await browser.visit((session) => session.destroy())
    // What was ended before it reads again stays ended, all the same.
    expect((await late.commit()).setCookie).toEqual([])
    expect(await browser.copy().data()).toEqual({})
  })

  test('it is one of the places that sessions move between', async () => {
    const to = memoryStore()
    const browser = new Browser(new App({ store: opened.store }))
    await browser.visit((session) => (session['userId'] = 7))
    browser.app = new App({ store: migrate({ from: opened.store, to }) })
    await browser.visit((session) => expect(session['userId']).toBe(7))
    browser.app = new App({ store: to })
    expect(await browser.data()).toEqual({ userId: 7 })
  })

  test('its failure is ERR_STORE_UNAVAILABLE, with its own error as the cause', async () => {
    const { store, close } = await open()
    const browser = new Browser(new App({ store }))
    await browser.visit((session) => (session['userId'] = 7))
    await close()
    await expect(browser.begin()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(store.name).toBe(name)
  })
})

test('what is no store of express-session is refused with what it lacks', () => {
  expect(() => expressStore({} as never)).toThrow(/expected an object with get, set, destroy/)
})
