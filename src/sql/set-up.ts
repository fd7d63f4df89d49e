import { SessionError } from '../errors.ts'
import { reducedError } from '../reduced-error.ts'

/** Who takes a client of a database, as its errors say it. */
export interface Taker {
  /** As `sqliteStore`. */
  readonly name: string
  /** What makes its tables, as `npx coatcheck migrate`. */
  readonly cure: string
}

export const SESSIONS_CURE = 'npx coatcheck migrate --tables sessions, or await store.migrate()'
export const USER_SESSIONS_CURE = 'npx coatcheck migrate, or await registry.migrate()'

/** What a database says where a table is missing, or is another one than ours. Class 42 of PostgreSQL is what is wrong with a statement. */
const SQLITE_SET_UP = /^(?:no such (?:table|column): |table \S+ has no column |ON CONFLICT clause does not match )/
const POSTGRES_SET_UP = /^(?:42...|3F000)$/
const NO_RIGHTS = '42501'

/**
 * What went wrong with a statement; `ERR_OPTIONS` where whoever set the database up has to do something, because that is no
 * outage, and no visitor helps it by trying again.
 */
export function statementError(error: unknown, { name, cure }: Taker): unknown {
  if (!(error instanceof Error)) return error
  const { code } = error as Error & { code?: unknown } // as: errors of clients have one
  const isSetUp = SQLITE_SET_UP.test(error.message) || (typeof code === 'string' && POSTGRES_SET_UP.test(code))
  if (!isSetUp) return error
  const what =
    code === NO_RIGHTS
      ? 'Grant its user SELECT, INSERT, UPDATE and DELETE on them'
      : `Make them once: ${cure}. Where they are there, the prefix may be another one, or the table another program's`
  return new SessionError('ERR_OPTIONS', `${name} cannot use its tables: ${error.message}. ${what}.`, {
    cause: reducedError(error),
  })
}
