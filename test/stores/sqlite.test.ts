import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, test } from 'vitest'
import { sqliteStore, type SqliteDatabase } from '../../src/stores/sqlite.ts'
import { newChange, newId, newSession, NOW } from '../../src/testing/stored-sessions.ts'
import { contractTests } from './contract.ts'
import { likeMemory } from './like-memory.ts'

const directory = mkdtempSync(join(tmpdir(), 'coatcheck-stores-'))
const closing: (() => unknown)[] = []

afterAll(() => {
  for (const close of closing) close()
  rmSync(directory, { recursive: true, force: true })
})

function nodeSqlite(file: string): DatabaseSync {
  const database = new DatabaseSync(join(directory, file))
  closing.push(() => database.close())
  return database
}

function betterSqlite(file: string): Database.Database {
  const database = new Database(join(directory, file))
  closing.push(() => database.close())
  return database
}

/** As an application may have set it for its own statements. */
function otherSqlite(file: string): DatabaseSync {
  const database = new DatabaseSync(join(directory, file), { readBigInts: true, returnArrays: true })
  closing.push(() => database.close())
  return database
}

/** node:sqlite before Node 22.16, whose rows are objects. */
function olderSqlite(file: string): SqliteDatabase {
  const database = nodeSqlite(file)
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql)
      return { all: (...values: never[]) => statement.all(...values) }
    },
  }
}

describe.each<[string, (file: string) => SqliteDatabase]>([
  ['node:sqlite', nodeSqlite],
  ['node:sqlite with rows and numbers of another kind', otherSqlite],
  ['better-sqlite3 with numbers of another kind', (file) => betterSqlite(file).defaultSafeIntegers()],
  ['node:sqlite of Node 22.13', olderSqlite],
  ['better-sqlite3', betterSqlite],
])('sqliteStore through %s', (name, connect) => {
  const open = async () => {
    const database = connect(`${name.replaceAll(/\W/g, '-')}.db`)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    const store = sqliteStore(database)
    await store.migrate()
    return store
  }
  contractTests(open)
  likeMemory(open)
})

describe('sqliteStore', () => {
  const openCounted = async () => {
    const database = nodeSqlite('counted.db')
    const texts: string[] = []
    const store = sqliteStore({
      exec(sql: string) {
        texts.push(sql)
        database.exec(sql)
      },
      prepare(sql: string) {
        const statement = database.prepare(sql)
        return {
          all(...values: never[]) {
            // What the connection is set to is no question to the database.
            if (!sql.startsWith('PRAGMA')) texts.push(sql)
            return statement.all(...values)
          },
        }
      },
    })
    await store.migrate()
    return { store, texts }
  }

  test('each verb costs one statement', async () => {
    const { store, texts } = await openCounted()
    const id = newId()
    texts.length = 0
    await store.insert(id, newSession({}), NOW)
    await store.find(id)
    await store.update(id, newChange({ set: { a: '2' }, remove: ['b'], add: { c: 1 } }), NOW)
    await store.delete(id)
    await store.sweep({ now: NOW, limit: 10 })
    expect(texts.map((text) => text.split(' ')[0])).toEqual(['INSERT', 'SELECT', 'UPDATE', 'DELETE', 'DELETE'])
  })

  test('the file has ids as they were given, which are hashes, and nothing else that would open a session', async () => {
    const database = nodeSqlite('dump.db')
    const store = sqliteStore(database)
    await store.migrate()
    const id = newId()
    await store.insert(id, newSession({ entries: { secret: '"s"' } }), NOW)
    expect(Object.keys(database.prepare('SELECT * FROM coatcheck_sessions').get() ?? {})).toEqual([
      'id',
      'created',
      'slid',
      'expires_at',
      'entries',
      'sweep_after',
    ])
    expect(readFileSync(join(directory, 'dump.db')).includes(id)).toBe(true)
  })

  test('options are checked', () => {
    const database = nodeSqlite('options.db')
    const refused = expect.objectContaining({ code: 'ERR_OPTIONS' }) as Error
    for (const maxBytes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '64kB' as never]) {
      expect(() => sqliteStore(database, { maxBytes })).toThrow(refused)
    }
    expect(() => sqliteStore(database, { prefix: 'a"b' })).toThrow(refused)
    expect(() => sqliteStore({} as never)).toThrow(/sqliteStore takes a database, expected a DatabaseSync/)
    expect(sqliteStore(database, { maxBytes: 1000 })).toMatchObject({ name: 'sqlite', maxBytes: 1000 })
    expect(sqliteStore(database, { prefix: 'my_' }).schema).toContain('CREATE TABLE IF NOT EXISTS my_sessions (')
  })
})
