import { inspect } from 'node:util'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import type { UserSessionRegistry } from '../../src/identity/index.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { startProxy } from '../support/proxy.ts'
import { FakeClock } from '../support/visitor.ts'
import { App, newUsers } from './app.ts'

/** A registry whose database can go away. */
interface Breakable {
  readonly registry: UserSessionRegistry
  readonly breakDatabase: () => Promise<void>
}

async function breakableSqlite(): Promise<Breakable> {
  const database = new DatabaseSync(':memory:')
  return { registry: sqliteRegistry(database), breakDatabase: async () => database.close() }
}

async function breakablePostgres(): Promise<Breakable> {
  const server = await startPostgres()
  const pool = pgPool(server.url)
  let isRunning = true
  const breakDatabase = async (): Promise<void> => {
    if (isRunning) await server.stop()
    isRunning = false
  }
  onTestFinished(async () => {
    await pool.end()
    await breakDatabase()
  })
  return { registry: postgresRegistry(pool), breakDatabase }
}

test.each([
  ['SQLite', breakableSqlite],
  ['PostgreSQL', breakablePostgres],
])('when %s is down nobody is signed in and nobody is signed out, and the cookie stays as it is', async (_, open) => {
  const { registry, breakDatabase } = await open()
  await registry.migrate()
  const app = new App(registry, { clock: new FakeClock(), users: newUsers() })
  const browser = app.browser()
  await browser.signIn()
  const { cookie } = browser
  await breakDatabase()

  const { identity } = app
  const asking: readonly (() => Promise<unknown>)[] = [
    () => browser.visit((session) => identity.currentUser(session)),
    () => browser.visit((session) => identity.status(session)),
    () => browser.visit((session) => identity.signOut(session)),
    () => browser.visit((session) => identity.signIn(session, 8)),
    () => browser.visit((session) => identity.reauthenticated(session)),
    () => browser.visit((session) => identity.requireRecent(session, '10m')),
    () => browser.visit((session) => identity.revokeOtherSessions(session)),
    () => identity.epochOf(7),
    () => identity.listSessions(7),
    () => identity.revokeSession('handle', { userId: 7 }),
    () => identity.revokeUser(7),
    () => identity.revokeEveryone(),
    () => identity.sweep(),
  ]
  for (const ask of asking) {
    const error: unknown = await ask().then(
      () => 'it answered',
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', kind: 'system', status: 503 })
    expect(error).toHaveProperty('cause')
    expect(inspect(error, { depth: 10 })).not.toContain(cookie)
  }
  expect(app.log.types.filter((type) => type === 'store-unavailable')).toHaveLength(asking.length)

  // A handler that catches the error and goes on writes the session it was given, with everything in it.
  const request = browser.begin()
  await identity.currentUser(request.session).catch(() => null)
  expect(request.session.refused).toBeUndefined()
  expect(await browser.keep(request)).toBeUndefined()
  expect(browser.cookie).toBe(cookie)
})

test('a request that asks again after the table came back gets its answer', async () => {
  const database = new DatabaseSync(':memory:')
  const registry = sqliteRegistry(database)
  await registry.migrate()
  const app = new App(registry, { clock: new FakeClock(), users: newUsers() })
  const browser = app.browser()
  await browser.signIn()
  const request = browser.begin()
  database.exec('ALTER TABLE coatcheck_user_sessions RENAME TO away')
  await expect(app.identity.currentUser(request.session)).rejects.toMatchObject({
    code: 'ERR_OPTIONS',
    message: expect.stringContaining('npx coatcheck migrate, or await registry.migrate()') as string,
  })
  database.exec('ALTER TABLE away RENAME TO coatcheck_user_sessions')
  expect(await app.identity.currentUser(request.session)).toMatchObject({ name: 'Ada' })
})

test('a last use that cannot be noted is an event, and fails no request', async () => {
  const database = new DatabaseSync(':memory:')
  const registry = sqliteRegistry(database)
  await registry.migrate()
  const clock = new FakeClock()
  const app = new App(registry, { clock, users: newUsers() })
  const browser = app.browser()
  await browser.signIn()
  database.exec(
    `CREATE TRIGGER full BEFORE UPDATE ON coatcheck_user_sessions BEGIN SELECT RAISE(FAIL, 'disk full'); END`,
  )
  clock.advance(120)
  expect(await browser.whoami()).toBe('Ada')
  await app.identity.flush()
  expect(app.log.types).toContain('store-unavailable')
})

test('a transaction that SQLite has rolled back by itself is told by its own error', async () => {
  const database = new DatabaseSync(':memory:')
  const registry = sqliteRegistry(database)
  await registry.migrate()
  const app = new App(registry, { clock: new FakeClock(), users: newUsers() })
  database.exec(
    `CREATE TRIGGER full BEFORE INSERT ON coatcheck_user_sessions BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END`,
  )
  await expect(app.browser().signIn()).rejects.toMatchObject({
    code: 'ERR_STORE_UNAVAILABLE',
    cause: { message: 'disk full' },
  })
  database.exec('DROP TRIGGER full')
  const browser = app.browser()
  await browser.signIn()
  expect(await browser.whoami()).toBe('Ada')
})

/** PostgreSQL through a proxy, and a pool of one connection to it. */
async function throughProxy() {
  const server = await startPostgres()
  const proxy = await startProxy(Number(new URL(server.url).port))
  const pool = new pg.Pool({ host: '127.0.0.1', port: proxy.port, user: 'postgres', password: 'postgres', max: 1 })
  pool.on('error', () => {})
  onTestFinished(async () => {
    proxy.resume()
    await pool.end()
    proxy.close()
    await server.stop()
  })
  return { server, proxy, pool }
}

test('a connection that is half open is an answer of 503 within the timeout, and works again when it does', async () => {
  const { proxy, pool } = await throughProxy()
  const registry = postgresRegistry(pool, { timeout: '1s' })
  await registry.migrate()
  const app = new App(registry, { clock: new FakeClock(), users: newUsers() })
  const browser = app.browser()
  await browser.signIn()
  proxy.pause()
  await expect(browser.whoami()).rejects.toMatchObject({
    code: 'ERR_STORE_UNAVAILABLE',
    status: 503,
    cause: { message: 'no answer within 1000 ms' },
  })
  proxy.resume()
  expect(await browser.whoami()).toBe('Ada')
})

test('a connection that stays half open is closed, and the pool opens another one, for checks and for changes', async () => {
  const { proxy, pool } = await throughProxy()
  const registry = postgresRegistry(pool, { queryTimeout: '1s' })
  await registry.migrate()
  const app = new App(registry, { clock: new FakeClock(), users: newUsers() })
  const browser = app.browser()
  await browser.signIn()
  for (const ask of [() => browser.whoami(), () => app.browser().signIn()]) {
    proxy.pause()
    await expect(ask()).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      cause: { message: 'no answer within 1000 ms' },
    })
    expect(await browser.whoami()).toBe('Ada')
  }
})

test('a connection that breaks in the middle of a sign-in fails that sign-in, and not the process', async () => {
  const { server, proxy, pool } = await throughProxy()
  const registry = postgresRegistry(pool)
  await registry.migrate()
  const app = new App(registry, { clock: new FakeClock(), users: newUsers() })
  const browser = app.browser()
  await browser.signIn()
  const shell = new pg.Client(server.url)
  await shell.connect()
  // The sign-in waits for the user's counter, halfway through its transaction.
  await shell.query(`BEGIN; SELECT 1 FROM coatcheck_user_session_epochs FOR UPDATE`)
  const signIn = browser.signIn().then(
    () => 'signed in',
    (error: unknown) => error,
  )
  let waiting = 0
  while (waiting === 0) {
    const { rows } = await shell.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)
    waiting = rows.length
  }
  proxy.cut()
  expect(await signIn).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  await shell.end()
  await browser.signIn()
  expect(await browser.whoami()).toBe('Ada')
})
