import { SessionError } from '../errors.ts'
import type { Row, SqlDriver, Statement, Steps } from './driver.ts'
import { whileOthersAreServed } from './sqlite-busy.ts'
import { compile, type Run, type SqliteStatement } from './sqlite-statement.ts'

/** What we use of a `DatabaseSync` of `node:sqlite`, or of a database of `better-sqlite3`. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
}

/** How long a statement waits for a lock of another process, where the application has not said: milliseconds. */
const BUSY_MILLISECONDS = 5000

/**
 * Statements on SQLite. Sets `busy_timeout` to five seconds where it is 0: without it, two processes that write at once would
 * be an error.
 *
 * @param taker who takes the database, to be named in the error
 * @throws `ERR_OPTIONS` for what is no database
 */
export function sqliteDriver(database: SqliteDatabase, taker: string): SqlDriver {
  if (typeof database?.prepare !== 'function' || typeof database.exec !== 'function') {
    throw new SessionError(
      'ERR_OPTIONS',
      `${taker} takes a database, expected a DatabaseSync of node:sqlite or a Database of better-sqlite3.`,
    )
  }
  if (pragma(database, 'busy_timeout') === 0) database.exec(`PRAGMA busy_timeout = ${BUSY_MILLISECONDS}`)
  const patiently = whileOthersAreServed(() => versionOf(database))
  const compiled = new Map<string, Run>()

  const run = ({ sql, values }: Statement): readonly Row[] => {
    let statement = compiled.get(sql)
    if (statement === undefined) compiled.set(sql, (statement = compile((text) => database.prepare(text), sql)))
    return statement(values)
  }

  /** IMMEDIATE takes the write lock first, so that it cannot be lost halfway. */
  const inTransaction = <Result>(body: () => Result): Result => {
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = body()
      database.exec('COMMIT')
      return result
    } catch (error) {
      rollBack(database)
      throw error
    }
  }

  return {
    skipLocked: '',
    run: (statement) => patiently(() => run(statement)),
    read: (statement) => patiently(() => run(statement)),
    transaction: (steps) => patiently(() => inTransaction(() => walk(steps(), run))),
    migrate: (script) => patiently(() => inTransaction(() => void database.exec(script))),
  }
}

/** SQLite rolls back by itself when a disk is full, say; that there is nothing left to do must not hide why. */
function rollBack(database: SqliteDatabase): void {
  try {
    database.exec('ROLLBACK')
  } catch {}
}

function walk<Result>(steps: Steps<Result>, run: (statement: Statement) => readonly Row[]): Result {
  let step = steps.next()
  while (step.done !== true) step = steps.next(run(step.value))
  return step.value
}

/** Changes when somebody else has written; `undefined` where that cannot be said at once, as it can with a write-ahead log. */
function versionOf(database: SqliteDatabase): unknown {
  const patience = pragma(database, 'busy_timeout')
  database.exec('PRAGMA busy_timeout = 0')
  try {
    return pragma(database, 'data_version')
  } catch {
    return undefined
  } finally {
    database.exec(`PRAGMA busy_timeout = ${Number(patience)}`)
  }
}

function pragma(database: SqliteDatabase, name: string): unknown {
  const [row] = database.prepare(`PRAGMA ${name}`).all() as Row[] // as: a pragma gives one row
  return Object.values(row ?? {})[0]
}
