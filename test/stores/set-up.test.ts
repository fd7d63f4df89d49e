import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import Database from 'better-sqlite3'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import { sqliteStore, type SqliteDatabase } from '../../src/stores/sqlite.ts'
import { newChange, newId, newSession, NOW } from '../../src/testing/stored-sessions.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres, type RunningPostgres } from '../support/postgres.ts'
import { App, Browser } from './browser.ts'

let server: RunningPostgres
let shell: pg.Pool
const directory = mkdtempSync(join(tmpdir(), 'coatcheck-set-up-'))

beforeAll(async () => {
  server = await startPostgres()
  shell = pgPool(server.url)
})

afterAll(async () => {
  await shell.end()
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

/** `ERR_OPTIONS` with a message that says so. */
function refused(message: RegExp): Error {
  return expect.objectContaining({
    code: 'ERR_OPTIONS',
    kind: 'usage',
    status: 500,
    message: expect.stringMatching(message) as string,
  }) as Error
}

/** A store and a registry through each client, over a database without tables, and a way to run SQL there. */
const PLACES = {
  async 'node:sqlite'() {
    const database = new DatabaseSync(':memory:')
    return overSqlite(database)
  },
  async 'better-sqlite3'() {
    return overSqlite(new Database(':memory:'))
  },
  async pg() {
    const pool = pgPool(await newDatabase())
    onTestFinished(() => pool.end())
    const exec = (sql: string): Promise<unknown> => pool.query(sql)
    return { store: postgresStore(pool), registry: postgresRegistry(pool), exec }
  },
  async 'postgres.js'() {
    const sql = postgres(await newDatabase(), { onnotice: () => {} })
    onTestFinished(() => sql.end())
    return {
      store: postgresStore(sql),
      registry: postgresRegistry(sql),
      exec: async (text: string) => sql.unsafe(text),
    }
  },
}

function overSqlite(database: SqliteDatabase & { close(): unknown }) {
  onTestFinished(() => void database.close())
  const exec = async (sql: string): Promise<unknown> => database.exec(sql)
  return { store: sqliteStore(database), registry: sqliteRegistry(database), exec }
}

let databases = 0

async function newDatabase(): Promise<string> {
  const name = `set_up_${++databases}`
  await shell.query(`CREATE DATABASE ${name}`)
  const url = new URL(server.url)
  url.pathname = name
  return url.href
}

describe.each(Object.entries(PLACES))('what the set-up lacks, through %s,', (_, open) => {
  test('is told with what makes the tables, and is no outage', async () => {
    const { store, registry } = await open()
    const cure = /cannot use its tables: .*npx coatcheck migrate --tables sessions, or await store\.migrate\(\)/
    const browser = new Browser(new App({ store }))
    await expect(browser.visit((session) => (session['userId'] = 7))).rejects.toThrow(refused(cure))
    await expect(store.find(newId())).rejects.toThrow(refused(cure))
    await expect(store.sweep({ now: NOW, limit: 10 })).rejects.toThrow(refused(cure))
    const registryCure = /cannot use its tables: .*npx coatcheck migrate, or await registry\.migrate\(\)/
    await expect(registry.epochs('7')).rejects.toThrow(refused(registryCure))
    await expect(registry.raiseUserEpoch('7')).rejects.toThrow(refused(registryCure))
    expect(browser.app.log.types).toEqual([])
    await store.migrate()
    await browser.visit((session) => (session['userId'] = 7))
    expect(await browser.data()).toEqual({ userId: 7 })
  })

  test('may be a column of a table that another program made', async () => {
    const { store, exec } = await open()
    await exec('CREATE TABLE coatcheck_sessions (id TEXT PRIMARY KEY, data TEXT)')
    const whose = refused(/the prefix may be another one, or the table another program's/)
    await expect(store.find(newId())).rejects.toThrow(whose)
    await expect(store.insert(newId(), newSession({}), NOW)).rejects.toThrow(whose)
    await expect(store.update(newId(), newChange({}), NOW)).rejects.toThrow(whose)
  })
})

test('a user of PostgreSQL without rights to the tables is told which ones to grant', async () => {
  const url = new URL(await newDatabase())
  const owner = pgPool(url.href)
  await postgresStore(owner).migrate()
  await owner.query(`CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT SELECT ON coatcheck_sessions TO reader`)
  url.username = url.password = 'reader'
  const pool = pgPool(url.href)
  onTestFinished(() => owner.end())
  onTestFinished(() => pool.end())
  const store = postgresStore(pool)
  expect(await store.find(newId())).toBeUndefined()
  await expect(store.insert(newId(), newSession({}), NOW)).rejects.toThrow(
    refused(/permission denied.*Grant its user SELECT, INSERT, UPDATE and DELETE/),
  )
})

/** Drivers of SQLite that do not answer at once, by what they are. */
class CallbackStatement {
  all(): this {
    return this
  }
}
const closed = new DatabaseSync(':memory:')
closed.close()
const closedBetter = new Database(':memory:')
closedBetter.close()

test.each<[string, object, RegExp]>([
  ['a driver of callbacks, as sqlite3', { exec() {}, prepare: () => new CallbackStatement() }, /callbacks or promises/],
  [
    'a driver of promises',
    { exec: async () => {}, prepare: async () => new CallbackStatement() },
    /callbacks or promises/,
  ],
  [
    'a driver of promises that fail',
    { exec: async () => {}, prepare: () => Promise.reject(new Error('closed')) },
    /callbacks or promises/,
  ],
  [
    'a driver whose statements give promises',
    { exec: async () => {}, prepare: () => ({ all: () => Promise.reject(new Error('closed')) }) },
    /callbacks or promises/,
  ],
  ['a promise of a database', Promise.resolve(closed), /this is something else/],
  ['the name of a file', 'app.db' as never, /this is something else/],
  ['a closed database of node:sqlite', closed, /this one is not open/],
  ['a closed database of better-sqlite3', closedBetter, /this one is not open/],
])('%s is refused where it is given', (_, database, what) => {
  for (const take of [sqliteStore, sqliteRegistry]) {
    expect(() => take(database as never)).toThrow(refused(what))
  }
})

test('a database that is locked as a store is made is waited for, and not refused', async () => {
  const file = join(directory, 'locked.db')
  const other = new DatabaseSync(file)
  other.exec(
    'PRAGMA journal_mode = WAL; CREATE TABLE t (a); PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; INSERT INTO t VALUES (1)',
  )
  const database = new DatabaseSync(file, { timeout: 20_000 })
  onTestFinished(() => database.close())
  const store = sqliteStore(database)
  await expect(store.find(newId(), 100)).rejects.toThrow('database is locked')
  other.exec('COMMIT')
  other.close()
  await store.migrate()
  expect(await store.find(newId())).toBeUndefined()
})

test('a client of pg is refused where a pool is needed, and so is one that hands out nothing', async () => {
  const client = new pg.Client(server.url)
  const connection = await shell.connect()
  for (const take of [postgresStore, postgresRegistry]) {
    for (const one of [client, connection]) expect(() => take(one as never)).toThrow(refused(/new pg\.Pool takes/))
  }
  connection.release()
  const nothing = { query: async () => ({ rows: [] }), connect: async () => undefined as never }
  await expect(postgresStore(nothing).find(newId())).rejects.toThrow(
    refused(/connect\(\) of the client gave no connection/),
  )
})
