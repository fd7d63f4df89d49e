import { join, parse } from 'node:path'
import { sqliteStore } from 'coatcheck/sqlite'
import { openSqlite } from '../data/open-sqlite.ts'
import { readSettings } from '../settings.ts'
import type { SessionPlace } from './backend.ts'
import { cannotUse } from './cannot-use.ts'
import { migrate } from './migrate.ts'

const PREFIX = 'billing_'
const ADVICE = 'Name another file: BILLING_SESSIONS=sessions.db npm start -- --store sqlite'

export async function prepare(environment: NodeJS.ProcessEnv): Promise<void> {
  const file = fileIn(environment)
  try {
    const database = openSqlite(file)
    await migrate(sqliteStore(database, { prefix: PREFIX }))
    database.close()
  } catch (cause) {
    throw cannotUse(`SQLite at ${file}`, cause, ADVICE)
  }
}

export function open(environment: NodeJS.ProcessEnv): Promise<SessionPlace> {
  const file = fileIn(environment)
  const store = sqliteStore(openSqlite(file), { prefix: PREFIX })
  return Promise.resolve({ store, title: 'SQLite', address: file, inside: `table ${PREFIX}sessions` })
}

/** A file of its own: in SQLite writers take turns, and a click should not wait for what else the application writes. */
function fileIn(environment: NodeJS.ProcessEnv): string {
  const { dir, name, ext } = parse(readSettings(environment).database)
  return environment['BILLING_SESSIONS'] ?? join(dir, `${name}-sessions${ext}`)
}
