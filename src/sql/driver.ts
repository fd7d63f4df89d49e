/** SQL whose parameters are `?1`, `?2` …, each used once or more. */
export interface Statement {
  readonly sql: string
  readonly values: readonly SqlValue[]
  /** That nothing is lost where it cannot be done at once: the note of a use, the moving of an end. */
  readonly isOptional?: boolean
}

export type SqlValue = string | number | Uint8Array | null

export type Row = Readonly<Record<string, unknown>>

/** Whether a statement that gives back each row that it changed did change one. */
export function didSomething(rows: readonly Row[]): boolean {
  return rows.length > 0
}

/**
 * Statements one after the other, each of which may depend on what those before it gave. A generator, because SQLite runs
 * them without a pause, in which another request could get into the transaction, and PostgreSQL waits between them.
 */
export type Steps<Result> = Generator<Statement, Result, readonly Row[]>

/**
 * How statements get to a database. `patience` is for how many milliseconds whoever asks waits: what could not be begun by then is
 * not begun any more.
 */
export interface SqlDriver {
  run(statement: Statement, patience?: number): Promise<readonly Row[]>
  /** The same for a statement that changes nothing: a database that does not answer in time rejects. */
  read(statement: Statement, patience?: number): Promise<readonly Row[]>
  /** All of the steps or none of them. */
  transaction<Result>(steps: () => Steps<Result>): Promise<Result>
  /** A script of several statements without parameters, in one transaction, which no other process runs at the same time. */
  migrate(script: string): Promise<void>
  /** Deletes up to `limit` rows, by a statement for so many at a time, and says how many. */
  sweep(deleting: (count: number) => Statement, limit: number): Promise<number>
  /** What stands after a SELECT whose rows another process may be deleting as well. */
  readonly skipLocked: string
}
