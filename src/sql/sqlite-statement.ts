import type { Row, SqlValue } from './driver.ts'

/** What we use of a prepared statement of `node:sqlite`, or of `better-sqlite3`, which has no `setReturnArrays`. */
export interface SqliteStatement {
  all(...values: never[]): unknown[]
  /** From Node 22.16. */
  setReturnArrays?(enabled: boolean): void
  columns?(): readonly { readonly name: unknown }[]
}

/** Runs a statement that was prepared once. */
export type Run = (values: readonly SqlValue[]) => readonly Row[]

/** @param prepare takes SQL whose parameters are all `?` */
export function compile(prepare: (sql: string) => SqliteStatement, sql: string): Run {
  // better-sqlite3 takes ?1 for a name, so each place gets its own value.
  const order: number[] = []
  const positional = sql.replaceAll(/\?(\d+)/g, (_, number: string) => {
    order.push(Number(number) - 1)
    return '?'
  })
  const statement = prepare(positional)
  const toRow = rowsOf(statement)
  const all = statement.all.bind(statement) as (...values: unknown[]) => never[] // as: rows of any statement
  // The check of every request has one parameter.
  if (order.length === 1) return ([value = null]) => all(value).map(toRow)
  return (values) => all(...order.map((at) => values[at] ?? null)).map(toRow)
}

/**
 * node:sqlite makes objects whose properties V8 looks up in a table each time: making and reading one takes twice as long as
 * taking the values alone and putting them into an object of our own.
 */
function rowsOf(statement: SqliteStatement): (row: never) => Row {
  if (statement.setReturnArrays === undefined || statement.columns === undefined) return (row) => row
  statement.setReturnArrays(true)
  const names = statement.columns().map(({ name }) => String(name))
  return (values: readonly unknown[]) => {
    const row: Record<string, unknown> = {}
    for (let at = 0; at < names.length; at++) row[names[at] ?? ''] = values[at]
    return row
  }
}
