import type pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { postgresStore, type PostgresStoreOptions } from '../../src/stores/postgres.ts'
import { newChange, newId, newSession, NOW } from '../../src/testing/stored-sessions.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres, type RunningPostgres } from '../support/postgres.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'

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
