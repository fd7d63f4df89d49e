import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { postgresStore } from '../../src/stores/postgres.ts'
import { sqliteStore, type SqlSessionStore } from '../../src/stores/sqlite.ts'
import { newId, newSession, NOW } from '../../src/testing/stored-sessions.ts'
import { Forked } from '../support/forked.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'

/** A database that has nothing yet. */
interface Empty {
  readonly place: string
  readonly open: (prefix: string) => SqlSessionStore
}

async function emptySqlite(): Promise<Empty> {
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-migrate-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'app.db')
  return {
    place: `sqlite:${file}`,
    open: (prefix) => {
      const database = new DatabaseSync(file)
      onTestFinished(() => database.close())
      return sqliteStore(database, { prefix })
    },
  }
}

async function emptyPostgres(): Promise<Empty> {
  const server = await startPostgres()
  const pool = pgPool(server.url)
  onTestFinished(async () => {
    await pool.end()
    await server.stop()
  })
  return { place: server.url, open: (prefix) => postgresStore(pool, { prefix }) }
}

test.each([
  ['SQLite', emptySqlite],
  ['PostgreSQL', emptyPostgres],
])('four processes may make the table at once on %s, and a fifth that comes later loses nothing', async (_, empty) => {
  const { place, open } = await empty()
  for (const prefix of ['one_', 'two_', 'three_']) {
    const processes = Array.from({ length: 4 }, () =>
      Forked.start(join(import.meta.dirname, 'migrate-process.ts'), [place, prefix]),
    )
    const ready = (await Promise.all(processes)).map(({ process }) => process)
    for (const each of ready) each.send('migrate')
    expect(await Promise.all(ready.map((each) => each.ended()))).toEqual([0, 0, 0, 0])
    const store = open(prefix)
    const id = newId()
    await store.insert(id, newSession({}), NOW)
    await store.migrate()
    expect(await store.find(id)).toBeDefined()
  }
})
