import { inspect } from 'node:util'
import { DatabaseSync } from 'node:sqlite'
import Database from 'better-sqlite3'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import { sqliteStore, type SqliteDatabase } from '../../src/stores/sqlite.ts'
import { startPostgres, type RunningPostgres } from '../support/postgres.ts'
import { App, Browser } from './browser.ts'

let server: RunningPostgres

beforeAll(async () => {
  server = await startPostgres()
})

afterAll(() => server.stop())

const overSqlite = (database: SqliteDatabase & { close(): unknown }) => {
  onTestFinished(() => void database.close())
  return {
    store: sqliteStore(database),
    registry: sqliteRegistry(database),
    // STRICT tables take no check later on, so a trigger quotes what it was given, as those of applications do.
    refuse: async () => {
      database.exec(`
        CREATE TRIGGER one BEFORE INSERT ON coatcheck_sessions BEGIN SELECT json('{"value": ' || NEW.entries || NEW.id); END;
        CREATE TRIGGER two BEFORE INSERT ON coatcheck_user_sessions BEGIN SELECT json('{"value": ' || NEW.label); END`)
    },
  }
}

const REFUSE = `
  ALTER TABLE coatcheck_sessions ADD CONSTRAINT one CHECK (entries ->> 'code' IS NULL);
  ALTER TABLE coatcheck_user_sessions ADD CONSTRAINT two CHECK (label IS NULL)`

test.each(['pg', 'postgres.js', 'node:sqlite', 'better-sqlite3'])(
  'an error of %s shows no value of a session, however deep a log looks into it',
  async (name) => {
    const open = async () => {
      if (name === 'node:sqlite') return overSqlite(new DatabaseSync(':memory:'))
      if (name === 'better-sqlite3') return overSqlite(new Database(':memory:'))
      const pool = new pg.Pool({ connectionString: server.url })
      const sql = postgres(server.url, { debug: true, onnotice: () => {} })
      onTestFinished(() => pool.end())
      onTestFinished(() => sql.end())
      const [client, prefix] = name === 'pg' ? [pool, 'pg_'] : [sql, 'js_']
      const refuse = (): Promise<unknown> => pool.query(REFUSE.replaceAll('coatcheck_', prefix))
      return { store: postgresStore(client, { prefix }), registry: postgresRegistry(client, { prefix }), refuse }
    }
    const { store, registry, refuse } = await open()
    await store.migrate()
    await registry.migrate()
    await refuse()
    const app = new App({ store })
    const identity = createIdentity({
      sessions: app.sessions,
      verify: userSessions(registry),
      loadUser: (id: number) => ({ id }),
    })
    const errors: unknown[] = []
    const failed = (error: unknown): void => void errors.push(error)
    await new Browser(app).visit((session) => (session['code'] = 'value-of-a-session')).catch(failed)
    const { session } = await new Browser(app).begin()
    await identity.signIn(session, 7, { label: 'value-of-a-label' }).catch(failed)
    expect(errors).toEqual([
      expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' }),
      expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' }),
    ])
    for (const error of errors) {
      const cause = error instanceof Error ? error.cause : undefined
      expect(cause).toBeInstanceOf(Error)
      const shown = [
        inspect(error, { depth: 12, showHidden: true }),
        JSON.stringify(error),
        JSON.stringify(cause),
      ].join('\n')
      expect(shown).not.toMatch(/value-of|INSERT INTO|Failing row/)
    }
  },
)
