import { once } from 'node:events'
import pg from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { postgresStore, type PostgresStoreOptions } from '../../src/stores/postgres.ts'
import { newChange, newId, newSession, NOW } from '../../src/testing/stored-sessions.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres, type RunningPostgres } from '../support/postgres.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import { App, Browser } from './browser.ts'

let server: RunningPostgres
let proxy: Proxy
let shell: pg.Pool

beforeAll(async () => {
  server = await startPostgres()
  proxy = await startProxy(Number(new URL(server.url).port))
  shell = pgPool(server.url)
  await postgresStore(shell).migrate()
})

afterAll(async () => {
  await shell.end()
  proxy.close()
  await server.stop()
})

function throughProxy(): string {
  const url = new URL(server.url)
  url.port = String(proxy.port)
  return url.href
}

/** A store through the proxy, over a pool of so many connections. */
function newStore(max: number, options: PostgresStoreOptions = {}) {
  const pool = pgPool(throughProxy(), { max, application_name: 'the application' })
  onTestFinished(async () => {
    proxy.cut()
    await pool.end()
  })
  return { pool, store: postgresStore(pool, options) }
}

/** The processes of the server that work for the application and wait for a lock, once there are so many. */
async function waitingForLocks(count: number): Promise<number[]> {
  for (;;) {
    const { rows } = await shell.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'the application'`,
    )
    if (rows.length >= count) return rows.map(({ pid }) => pid)
  }
}

test('processes of the server that are terminated fail the calls that they were at, and no later one', async () => {
  const { store } = newStore(4)
  const id = newId()
  await store.insert(id, newSession({ entries: { n: '0' } }), NOW)
  const locker = await shell.connect()
  await locker.query('BEGIN')
  await locker.query('SELECT 1 FROM coatcheck_sessions WHERE id = $1 FOR UPDATE', [id])
  const load = Array.from({ length: 100 }, () => store.update(id, newChange({ add: { n: 1 } }), NOW))
  const settled = Promise.allSettled(load)
  const pids = await waitingForLocks(4)
  await shell.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids])
  await locker.query('COMMIT')
  locker.release()
  const outcomes = await settled
  expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual(
    Array.from({ length: 4 }, () => ({
      status: 'rejected',
      reason: expect.objectContaining({ code: '57P01' }) as Error,
    })),
  )
  expect((await store.find(id))?.entries.get('n')).toBe('96')
})

test('connections that break without a word fail the calls that they were at, and no later one', async () => {
  const { store } = newStore(2)
  const id = newId()
  await store.insert(id, newSession({}), NOW)
  const locker = await shell.connect()
  await locker.query('BEGIN')
  await locker.query('SELECT 1 FROM coatcheck_sessions WHERE id = $1 FOR UPDATE', [id])
  const settled = Promise.allSettled([1, 2].map((n) => store.update(id, newChange({ set: { a: String(n) } }), NOW)))
  await waitingForLocks(2)
  proxy.cut()
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await locker.query('COMMIT')
  locker.release()
  expect(await store.update(id, newChange({ set: { b: '2' } }), NOW)).toBe(true)
})

test('connections that are half open are closed within queryTimeout, and the pool opens others', async () => {
  const { pool, store } = newStore(2, { queryTimeout: '1s' })
  const id = newId()
  await store.insert(id, newSession({ entries: { a: '1' } }), NOW)
  await Promise.all([store.find(id), store.find(id)])
  expect(pool.totalCount).toBe(2)
  proxy.pause()
  const settled = await Promise.allSettled([store.find(id), store.delete(id)])
  for (const outcome of settled) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'no answer within 1000 ms' } })
  }
  expect(pool.totalCount).toBe(0)
  expect((await store.find(id))?.entries.get('a')).toBe('1')
})

test('a pool that hands out no connection within queryTimeout fails the call, and loses none by it', async () => {
  const { pool, store } = newStore(1, { queryTimeout: '1s' })
  const held = await pool.connect()
  await expect(store.find(newId())).rejects.toThrow('no connection was free within 1000 ms')
  held.release()
  expect(await store.find(newId())).toBeUndefined()
  expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 1, 0])
})

test('postgres.js fails a call within queryTimeout, too; its connection works again when the network does', async () => {
  const sql = postgres(throughProxy(), { max: 1, onnotice: () => {} })
  onTestFinished(async () => {
    proxy.cut()
    await sql.end({ timeout: 1 })
  })
  const store = postgresStore(sql, { queryTimeout: '1s' })
  const id = newId()
  await store.insert(id, newSession({ entries: { a: '1' } }), NOW)
  proxy.pause()
  await expect(store.find(newId())).rejects.toThrow('no answer within 1000 ms')
  proxy.resume()
  // Its answer, and not the one that came too late.
  expect((await store.find(id))?.entries.get('a')).toBe('1')
})

test('postgres.js fails a sign-in that waits, too, before its connection can roll anything back', async () => {
  const sql = postgres(throughProxy(), {
    max: 2,
    onnotice: () => {},
    connection: { application_name: 'the application' },
  })
  onTestFinished(async () => {
    proxy.cut()
    await sql.end({ timeout: 1 })
  })
  const registry = postgresRegistry(sql, { queryTimeout: '1s', timeout: '1s' })
  await registry.migrate()
  await registry.raiseUserEpoch('7')
  const locker = await shell.connect()
  await locker.query(`BEGIN; SELECT 1 FROM coatcheck_user_session_epochs WHERE user_id = '7' FOR UPDATE`)
  const times = { createdAt: 1, authenticatedAt: 1, lastSeenAt: 1, idleExpiresAt: 2, absoluteExpiresAt: 2 }
  const nothing = { ipPrefix: null, userAgent: null, label: null, method: null }
  const record = { id: 'device', userId: '7', secretHash: new Uint8Array(32), ...times, ...nothing }
  await expect(registry.insert(record, { maximum: 10 })).rejects.toThrow('no answer within 1000 ms')
  await locker.query('COMMIT')
  locker.release()
  expect(await registry.find('device')).toBeUndefined()
  expect(await registry.insert(record, { maximum: 10 })).toMatchObject({ ok: true })
})

test('what was acknowledged is there after the server crashed, and the store goes on by itself', async ({ skip }) => {
  const { crash } = server
  if (crash === undefined) return skip('the server is somebody’s own')
  const { store } = newStore(4)
  const ids = Array.from({ length: 50 }, newId)
  await Promise.all(ids.map((id) => store.insert(id, newSession({ entries: { n: '0' } }), NOW)))
  const updated = await Promise.all(ids.map((id) => store.update(id, newChange({ add: { n: 1 } }), NOW)))
  await crash()
  expect(updated).not.toContain(false)
  for (const id of ids) expect((await store.find(id))?.entries.get('n')).toBe('1')
})

test('a pool to which the application does not listen survives that PostgreSQL ends its idle connections', async () => {
  const pool = new pg.Pool({ connectionString: server.url, max: 3, application_name: 'nobody listens' })
  onTestFinished(() => pool.end())
  const stores = Array.from({ length: 20 }, () => postgresStore(pool))
  for (const _ of stores) postgresRegistry(pool)
  expect(pool.listenerCount('error')).toBe(1)
  await Promise.all(stores.map((store) => store.find(newId())))
  expect(pool.idleCount).toBe(3)
  const heard = once(pool, 'error')
  await shell.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nobody listens'`)
  await heard
  while (pool.totalCount > 0) await sleep(10)
  expect(await stores[0]?.find(newId())).toBeUndefined()
})

describe.each<[string, () => { readonly client: pg.Pool | postgres.Sql; readonly holdAll: () => Promise<() => void> }]>(
  [
    [
      'pg',
      () => {
        const { pool } = newStore(2)
        const holdAll = async () => {
          const held = [await pool.connect(), await pool.connect()]
          return () => held.forEach((connection) => connection.release())
        }
        return { client: pool, holdAll }
      },
    ],
    [
      'postgres.js',
      () => {
        const sql = postgres(server.url, { max: 2, onnotice: () => {} })
        onTestFinished(() => sql.end())
        const holdAll = async () => {
          const held = [await sql.reserve(), await sql.reserve()]
          return () => held.forEach((connection) => connection.release())
        }
        return { client: sql, holdAll }
      },
    ],
  ],
)('while no connection of %s is free', (name, open) => {
  // postgres.js takes one statement a connection, and gives none back.
  const taken = name === 'pg' ? 0 : 2

  test('whoever was told that it failed leaves the queue, and nothing of it is done later', async () => {
    const { client, holdAll } = open()
    const store = postgresStore(client)
    const ids = Array.from({ length: 100 }, newId)
    const release = await holdAll()
    const inserts = ids.map((id) => store.insert(id, newSession({}), NOW, 100))
    const outcomes = await Promise.allSettled(inserts.slice(taken))
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'no connection was free within 100 ms' } })
    }
    expect(client instanceof pg.Pool ? client.waitingCount : 0).toBeLessThanOrEqual(2)
    release()
    const found = await Promise.all(ids.map((id) => store.find(id)))
    expect(found.filter((session) => session !== undefined).length).toBeLessThanOrEqual(taken)
  })

  test('a request is answered 503 within its second, and what it wrote is not written later', async () => {
    const { client, holdAll } = open()
    const store = postgresStore(client)
    const browser = new Browser(new App({ store }))
    await browser.visit((session) => (session['userId'] = 7))
    const requests = await Promise.all(Array.from({ length: 20 }, () => browser.begin()))
    const release = await holdAll()
    const outcomes = await Promise.allSettled(
      requests.map(({ session, commit }) => {
        session.increment('views')
        return commit()
      }),
    )
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_STORE_UNAVAILABLE', status: 503 } })
    }
    release()
    expect(Number((await browser.data())['views'] ?? 0)).toBeLessThanOrEqual(taken)
  })
})

describe.each(['pg', 'postgres.js'])('what two did to each other, through %s,', (name) => {
  const open = async (prefix: string) => {
    const client = name === 'pg' ? pgPool(server.url) : postgres(server.url, { onnotice: () => {} })
    onTestFinished(() => client.end())
    const [store, registry] = [postgresStore(client, { prefix }), postgresRegistry(client, { prefix })]
    await store.migrate()
    await registry.migrate()
    return { store, registry }
  }
  /** PostgreSQL fails with `code` whatever changes such a table, the first `times` times. */
  const failing = (table: string, code: string, times: number): string => `
    CREATE SEQUENCE ${table}_tries;
    CREATE FUNCTION ${table}_fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF nextval('${table}_tries') <= ${times} THEN RAISE EXCEPTION 'in the way' USING ERRCODE = '${code}'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER fails BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${table}_fail()`

  test.each(['40001', '40P01'])('is done again after %s, and told where it goes on', async (code) => {
    const prefix = `${name === 'pg' ? 'pg' : 'js'}_${code.toLowerCase()}_`
    const { store, registry } = await open(prefix)
    const id = newId()
    await shell.query(failing(`${prefix}sessions`, code, 2))
    expect(await store.insert(id, newSession({ entries: { n: '1' } }), NOW)).toBe(true)
    expect(await store.update(id, newChange({ add: { n: 1 } }), NOW)).toBe(true)
    expect((await store.find(id))?.entries.get('n')).toBe('2')
    await shell.query(failing(`${prefix}user_session_epochs`, code, 2))
    await registry.raiseUserEpoch('7')
    expect((await registry.epochs('7')).user).toBe(1)
    await shell.query(
      `ALTER SEQUENCE ${prefix}sessions_tries RESTART WITH 0 MINVALUE -1000000; SELECT setval('${prefix}sessions_tries', -1000000)`,
    )
    await expect(store.update(id, newChange({ add: { n: 1 } }), NOW)).rejects.toMatchObject({ code })
  })
})
