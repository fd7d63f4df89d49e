import { SessionError } from '../errors.ts'

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
  // By its looks, because it may come from another realm.
  const { code, message }: { readonly code?: unknown; readonly message?: unknown } = Object(error)
  const isSetUp = SQLITE_SET_UP.test(String(message)) || POSTGRES_SET_UP.test(String(code))
  if (!isSetUp) return error
  const what =
    code === NO_RIGHTS
      ? 'Grant its user SELECT, INSERT, UPDATE and DELETE on them'
      : `Make them once: ${cure}. Where they are there, the prefix may be another one, or the table another program's`
  return new SessionError('ERR_OPTIONS', `${name} cannot use its tables: ${String(message)}. ${what}.`, {
    // Without what clients put beside it.
    cause: Object.assign(new Error(String(message)), { code }),
  })
}
