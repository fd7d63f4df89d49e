import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, test } from 'vitest'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { batchAfter } from '../../src/sql/sqlite-batches.ts'
import { sqliteStore, type SqliteDatabase } from '../../src/stores/sqlite.ts'
import { newChange, newId, newSession, NOW } from '../../src/testing/stored-sessions.ts'

const directory = mkdtempSync(join(tmpdir(), 'coatcheck-locks-'))
const closing: (() => unknown)[] = []
let files = 0

afterAll(() => {
  for (const close of closing) close()
  rmSync(directory, { recursive: true, force: true })
})

function closedLater<Opened extends { close(): unknown }>(database: Opened): Opened {
  closing.push(() => database.close())
  return database
}

const USER_SESSION = {
  userId: '7',
  createdAt: 1,
  authenticatedAt: 1,
  lastSeenAt: 1,
  idleExpiresAt: 10,
  absoluteExpiresAt: 10,
  ipPrefix: null,
  userAgent: null,
  label: null,
  method: null,
}

const CLIENTS: readonly (readonly [string, (file: string, timeout: number) => SqliteDatabase])[] = [
  ['node:sqlite', (file, timeout) => closedLater(new DatabaseSync(file, { timeout }))],
  ['better-sqlite3', (file, timeout) => closedLater(new Database(file, { timeout }))],
]
const SETTINGS = CLIENTS.flatMap(([client, open]) =>
  ['WAL', 'DELETE'].flatMap((journal) =>
    [0, 20_000].map((timeout) => ({ client, open, journal, timeout, short: 200 })),
  ),
)

describe.each(SETTINGS)(
  'while another process has the lock, with $client, journal_mode = $journal and busy_timeout = $timeout',
  ({ open, journal, timeout, short }) => {
    const setUp = async () => {
      const file = join(directory, `${++files}.db`)
      // With the same client, because locks of one process are known to one copy of SQLite alone.
      const other = open(file, 0)
      other.exec(`PRAGMA journal_mode = ${journal}`)
      const database = open(file, timeout)
      // How fast a disk is has no place here.
      database.exec('PRAGMA synchronous = OFF')
      const store = sqliteStore(database)
      const registry = sqliteRegistry(database, { timeout: '1s' })
      await store.migrate()
      await registry.migrate()
      const id = newId()
      await store.insert(id, newSession({ entries: { n: '0' } }), NOW)
      const record = { ...USER_SESSION, id: 'device', secretHash: randomBytes(32) }
      await registry.insert(record, { maximum: 10 })
      return { database, other, store, registry, id, record }
    }

    /** Whether other work of the process was done before the promise settled, and what it came to. */
    const withOthersServed = async (
      promise: Promise<unknown>,
    ): Promise<readonly [served: boolean, outcome: unknown]> => {
      let served = 0
      const timer = setInterval(() => served++, 10)
      const outcome = await promise.then(
        () => 'done',
        (error: unknown) => (error instanceof Error ? error.message : error),
      )
      clearInterval(timer)
      return [served > 1, outcome]
    }
    const locked = [true, 'database is locked']

    test('others are served, every verb fails within its time, and nothing is done later', async () => {
      const { other, store, registry, id, record } = await setUp()
      // With a write-ahead log nobody who reads waits for those who write.
      other.exec(journal === 'WAL' ? 'BEGIN IMMEDIATE' : 'BEGIN EXCLUSIVE')
      const writes = [
        store.update(id, newChange({ add: { n: 1 } }), NOW, short),
        store.insert(newId(), newSession({}), NOW, short),
        store.delete(id, short),
        registry.insert({ ...record, id: 'another' }, { maximum: 10 }),
        registry.raiseUserEpoch('7'),
        registry.end('device', { at: 5, because: 'revoked' }),
      ]
      const reads = journal === 'WAL' ? [] : [store.find(id, short), registry.find('device'), registry.epochs('7')]
      expect(await Promise.all([...writes, ...reads].map(withOthersServed))).toEqual(
        [...writes, ...reads].map(() => locked),
      )
      other.exec('COMMIT')
      await sleep(50)
      expect((await store.find(id))?.entries.get('n')).toBe('0')
      expect(other.prepare('SELECT COUNT(*) AS n FROM coatcheck_sessions').all()).toEqual([{ n: 1 }])
      expect(await registry.find('device')).toMatchObject({ endedAt: null, current: { user: 0 } })
      expect(await registry.find('another')).toBeUndefined()
    })

    test('a lock that is given back is had by everybody who waits, in the order in which they came', async () => {
      const { other, store, registry, id } = await setUp()
      other.exec('BEGIN IMMEDIATE')
      const done: number[] = []
      const writes = Array.from({ length: 50 }, async (_, at) => {
        await store.update(id, newChange({ add: { n: 1 } }), NOW)
        done.push(at)
      })
      const unhurried = [
        store.migrate(),
        store.sweep({ now: NOW, limit: 10 }),
        registry.sweep({ before: 0, limit: 10 }),
      ]
      await sleep(100)
      expect(done).toEqual([])
      other.exec('COMMIT')
      await Promise.all([...writes, ...unhurried])
      expect(done).toEqual(Array.from({ length: 50 }, (_, at) => at))
      expect((await store.find(id))?.entries.get('n')).toBe('50')
    })

    test('what may be left out is given up at once: the note of a use, and a slide', async () => {
      const { other, store, registry, id } = await setUp()
      other.exec('BEGIN IMMEDIATE')
      let writeIsOver = false
      const write = store.update(id, newChange({ add: { n: 1 } }), NOW).finally(() => (writeIsOver = true))
      const optional = [
        registry.touch('device', { lastSeenAt: 3, idleExpiresAt: 12, notSince: 2 }),
        store.update(id, newChange({ slid: NOW + 5 }), NOW),
      ]
      expect(await Promise.all(optional.map(withOthersServed))).toEqual([locked, locked])
      expect(writeIsOver).toBe(false)
      other.exec('COMMIT')
      await write
    })

    test('busy_timeout is as the application set it, whether a statement waited or not', async () => {
      const { database, other, store, id } = await setUp()
      const setting = (): unknown => database.prepare('PRAGMA busy_timeout').all()
      expect(setting()).toEqual([{ timeout }])
      database.exec(`PRAGMA busy_timeout = ${timeout + 1}`)
      await sleep(5)
      other.exec('BEGIN IMMEDIATE')
      const waited = withOthersServed(store.update(id, newChange({ add: { n: 1 } }), NOW, short))
      expect(setting()).toEqual([{ timeout: timeout + 1 }])
      expect(await waited).toEqual(locked)
      other.exec('COMMIT')
      await store.find(id)
      expect(setting()).toEqual([{ timeout: timeout + 1 }])
    })
  },
)

describe('a sweep of SQLite', () => {
  test('deletes a few rows at a time, and others are served in between', async () => {
    const database = closedLater(new DatabaseSync(join(directory, 'sweep.db')))
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    const deleted: number[] = []
    const counting: SqliteDatabase = {
      exec: (sql) => database.exec(sql),
      prepare(sql) {
        const statement = database.prepare(sql)
        return {
          all(...values: never[]) {
            const rows = statement.all(...values)
            if (sql.startsWith('DELETE')) deleted.push(rows.length)
            return rows
          },
        }
      },
    }
    const store = sqliteStore(counting)
    await store.migrate()
    const expired = newSession({ created: 100, slid: 100, expiresAt: 200 })
    for (let at = 0; at < 1000; at++) await store.insert(newId(), expired, 100)
    let served = 0
    const timer = setInterval(() => served++, 1)
    expect(await store.sweep({ now: 200, limit: 900 })).toBe(900)
    clearInterval(timer)
    expect(deleted[0]).toBe(20)
    expect(deleted.reduce((sum, count) => sum + count)).toBe(900)
    expect(served).toBeGreaterThanOrEqual(deleted.length - 1)
    expect(await store.sweep({ now: 200, limit: 900 })).toBe(100)
    expect(await store.sweep({ now: 200, limit: 900 })).toBe(0)
  })

  test('takes as many rows the next time as five milliseconds are enough for, at most twice as many and at least ten', () => {
    expect([batchAfter(100, 5), batchAfter(100, 20), batchAfter(100, 0.1), batchAfter(100, 2000)]).toEqual([
      100, 25, 200, 10,
    ])
    expect(batchAfter(1000, 0)).toBe(1000)
  })
})
