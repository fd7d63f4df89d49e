import { DatabaseSync } from 'node:sqlite'
import type pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import type { UserSessionRegistry } from '../../src/identity/index.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { FakeClock } from '../support/visitor.ts'
import { App, newUsers } from './app.ts'

interface Counted {
  readonly registry: UserSessionRegistry
  /** Every SQL text that reached the database. */
  readonly texts: string[]
}

function countedSqlite(): Counted {
  const database = new DatabaseSync(':memory:')
  const texts: string[] = []
  /** A pragma asks no table. */
  const note = (sql: string): void => {
    if (!sql.startsWith('PRAGMA')) texts.push(sql)
  }
  const registry = sqliteRegistry({
    exec: (sql: string) => {
      note(sql)
      database.exec(sql)
    },
    prepare: (sql: string) => {
      const statement = database.prepare(sql)
      return {
        all: (...values: never[]) => {
          note(sql)
          return statement.all(...values)
        },
      }
    },
  })
  return { registry, texts }
}

async function countedPostgres(): Promise<Counted> {
  const server = await startPostgres()
  const pool = pgPool(server.url)
  onTestFinished(async () => {
    await pool.end()
    await server.stop()
  })
  const texts: string[] = []
  const counting = (client: pg.Pool | pg.PoolClient) => ({
    query: (query: { text: string; values?: unknown[] }) => {
      texts.push(query.text)
      return client.query(query)
    },
  })
  const registry = postgresRegistry({
    ...counting(pool),
    connect: async () => {
      const client = await pool.connect()
      return { ...counting(client), release: (error?: boolean) => client.release(error) }
    },
  })
  return { registry, texts }
}

test.each([
  ['SQLite', countedSqlite],
  ['PostgreSQL', countedPostgres],
])('a request of somebody who is signed in costs one statement on %s', async (_, open) => {
  const { registry, texts } = await open()
  await registry.migrate()
  const clock = new FakeClock()
  const app = new App(registry, { clock, users: newUsers() })
  const browser = app.browser()
  await browser.signIn()
  texts.length = 0
  for (let request = 0; request < 10; request++) {
    clock.advance(5)
    expect(await browser.whoami()).toBe('Ada')
  }
  await app.identity.flush()
  expect(texts).toHaveLength(10)
  expect(new Set(texts).size).toBe(1)
  expect(texts[0]).toMatch(/^SELECT/)
  // What only a page shows is not read.
  expect(texts[0]).not.toMatch(/\bid,|created_at|ip_prefix|user_agent|label|method/)
  // Two minutes of a request every five seconds: one statement each, and two notes of the last use.
  texts.length = 0
  for (let request = 0; request < 24; request++) {
    clock.advance(5)
    await browser.whoami()
    await app.identity.flush()
  }
  expect(texts.filter((text) => text.startsWith('SELECT'))).toHaveLength(24)
  expect(texts.filter((text) => text.startsWith('UPDATE'))).toHaveLength(2)
  // Visitors who are not signed in cost nothing.
  texts.length = 0
  expect(await app.browser().whoami()).toBe('nobody')
  expect(texts).toEqual([])
})

test.each([
  ['SQLite', countedSqlite],
  ['PostgreSQL', countedPostgres],
])('signing out costs one statement on %s, and so does a reset that nobody asked the identity for', async (_, open) => {
  const { registry, texts } = await open()
  await registry.migrate()
  const app = new App(registry, { clock: new FakeClock(), users: newUsers() })
  const browser = app.browser()
  for (const end of [
    () => browser.visit((session) => app.identity.signOut(session)),
    () => browser.visit((session) => session.reset()),
  ]) {
    await browser.signIn()
    texts.length = 0
    await end()
    await app.identity.flush()
    expect(texts).toEqual([expect.stringMatching(/^UPDATE/)])
  }
})
