import { DatabaseSync } from 'node:sqlite'
import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { expect, onTestFinished, test } from 'vitest'
import { expressStore } from '../../src/persistence/index.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'
import { App, Browser } from './browser.ts'

/** A store whose database answers whoever reads, and refuses whoever writes. */
interface Fillable {
  readonly store: SessionStore
  readonly fill: () => unknown
  readonly makeRoom: () => unknown
}

async function startRedis() {
  const server = await RedisServer.start()
  const client = createClient({ url: server.url }).on('error', () => {})
  await client.connect()
  onTestFinished(async () => {
    client.destroy()
    await server.stop()
  })
  return { client, set: (name: string, value: string | number) => server.command('CONFIG', 'SET', name, value) }
}

async function redisWith(setting: string, full: string | number, room: string | number): Promise<Fillable> {
  const { client, set } = await startRedis()
  return { store: redisStore(client), fill: () => set(setting, full), makeRoom: () => set(setting, room) }
}

async function connectRedis(): Promise<Fillable> {
  const { client, set } = await startRedis()
  const store = expressStore(new RedisStore({ client }))
  return { store, fill: () => set('maxmemory', 1), makeRoom: () => set('maxmemory', 0) }
}

async function sqlite(): Promise<Fillable> {
  const database = new DatabaseSync(':memory:')
  const store = sqliteStore(database)
  await store.migrate()
  return {
    store,
    fill: () => database.exec('PRAGMA query_only = 1'),
    makeRoom: () => database.exec('PRAGMA query_only = 0'),
  }
}

async function postgres(): Promise<Fillable> {
  const server = await startPostgres()
  const pool = pgPool(server.url)
  const shell = pgPool(server.url, { options: '-c default_transaction_read_only=off' })
  onTestFinished(async () => {
    await Promise.all([pool.end(), shell.end()])
    await server.stop()
  })
  const store = postgresStore(pool)
  await store.migrate()
  const turn = async (setting: 'on' | 'off'): Promise<void> => {
    await shell.query(`ALTER ROLE postgres SET default_transaction_read_only = ${setting}`)
    await pool.query(`SET default_transaction_read_only = ${setting}`) // on the connection that there is
  }
  return { store, fill: () => turn('on'), makeRoom: () => turn('off') }
}

test.each([
  ['Redis that is full', () => redisWith('maxmemory', 1, 0)],
  ['Redis without the replicas that it wants', () => redisWith('min-replicas-to-write', 1, 0)],
  ['a full Redis through connect-redis', connectRedis],
  ['SQLite that is read-only', sqlite],
  ['PostgreSQL that is read-only', postgres],
])(
  '%s: who only reads gets an answer when a slide is due, who writes gets 503, and later all goes on',
  async (_, open) => {
    const { store, fill, makeRoom } = await open()
    const app = new App({ store, idleTimeout: '10h' })
    const browser = new Browser(app)
    await browser.visit((session) => (session['userId'] = 7))
    const { cookie } = browser
    await fill()
    app.clock.advance(5 * 3600)
    const reading = await browser.begin()
    expect(reading.session['userId']).toBe(7)
    expect(await reading.commit()).toMatchObject({ setCookie: [] })
    expect(app.log.types).toEqual(['store-unavailable'])
    await expect(browser.visit((session) => (session['a'] = 1))).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
    })
    await expect(browser.visit((session) => session.touch())).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    await makeRoom()
    expect(browser.cookie).toBe(cookie)
    expect(await browser.visit((session) => session['userId'])).toBe(7)
    expect(browser.cookie).not.toBe(cookie) // it slid
    app.clock.advance(9 * 3600)
    expect(await browser.data()).toEqual({ userId: 7 })
  },
)
