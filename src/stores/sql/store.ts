import type { Dialect } from '../../sql/dialect.ts'
import { didSomething, type Row, type SqlDriver } from '../../sql/driver.ts'
import type { SessionStore, StoredSession, SweepOptions } from '../store.ts'
import { readEntries } from './entries.ts'
import { sessionsSchema } from './sessions-table.ts'
import { createSessionStatements } from './statements.ts'

/** A session store in a table. */
export interface SqlSessionStore extends SessionStore {
  /** The SQL that `migrate` runs, for whoever makes tables by hand. */
  readonly schema: string
  /** Makes the table if it is missing. May run any number of times, and in several processes at once. */
  migrate(): Promise<void>
  sweep(options: SweepOptions): Promise<number>
}

export interface SqlStoreOptions {
  readonly table: string
  readonly maxBytes: number | undefined
}

/** The store over any database with SQL; what differs between them is in its driver, its schema and its JSON. */
export function createSqlStore(dialect: Dialect, driver: SqlDriver, options: SqlStoreOptions): SqlSessionStore {
  const { table, maxBytes } = options
  const schema = sessionsSchema(dialect, table)
  const statements = createSessionStatements(dialect, table, driver)
  return {
    name: dialect,
    maxBytes,
    schema,
    migrate: () => driver.migrate(schema),

    async find(id, patience) {
      const [row] = await driver.read(statements.find(id), patience)
      return row === undefined ? undefined : readSession(row)
    },

    insert: async (id, session, now, patience) =>
      didSomething(await driver.run(statements.insert(id, session, now), patience)),

    update: async (id, change, now, patience) =>
      didSomething(await driver.run(statements.update(id, change, now), patience)),

    async delete(id, patience) {
      await driver.run(statements.delete(id), patience)
    },

    sweep: ({ now, limit }) => driver.sweep((count) => statements.sweep(now, count), limit),
  }
}

function readSession(row: Row): StoredSession {
  return {
    created: Number(row['created']),
    slid: Number(row['slid']),
    expiresAt: Number(row['expires_at']),
    entries: readEntries(String(row['entries'])),
  }
}
