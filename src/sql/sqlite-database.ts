import { isError, SessionError } from '../errors.ts'
import type { SqliteStatement } from './sqlite-statement.ts'

/** What we use of a `DatabaseSync` of `node:sqlite`, or of a database of `better-sqlite3`. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
}

/**
 * Asks something, because drivers that answer by callbacks or promises have methods of the same names: something that needs no
 * lock and no file.
 *
 * @throws `ERR_OPTIONS`
 */
export function assertSqlite(database: SqliteDatabase, taker: string): void {
  if (typeof database?.prepare !== 'function' || typeof database.exec !== 'function') {
    throw refused(taker, 'this is something else')
  }
  let rows: unknown
  try {
    const statement: unknown = database.prepare('PRAGMA busy_timeout')
    rows = isStatement(statement) ? statement.all() : statement
  } catch (error) {
    throw refused(taker, `this one is not open (${isError(error) ? error.message : 'it says nothing more'})`)
  }
  if (Array.isArray(rows)) return
  // What comes of a promise that nobody waits for is nothing to end the process for.
  if (rows instanceof Promise) rows.catch(() => {})
  throw refused(taker, 'this one answers by callbacks or promises')
}

function isStatement(value: unknown): value is SqliteStatement {
  return typeof (value as Partial<SqliteStatement> | undefined)?.all === 'function' // as: to look at it
}

function refused(taker: string, what: string): SessionError {
  return new SessionError(
    'ERR_OPTIONS',
    `${taker} takes a database, expected a DatabaseSync of node:sqlite or a Database of better-sqlite3; ${what}.`,
  )
}
