import { elapsed, setTimeout } from '../timers.ts'
import type { Row, SqlDriver, Statement, Steps } from './driver.ts'
import { statementError, type Taker } from './set-up.ts'
import { batchAfter, FIRST_BATCH } from './sqlite-batches.ts'
import { assertSqlite, type SqliteDatabase } from './sqlite-database.ts'
import { compile, type Run } from './sqlite-statement.ts'
import { withoutSleeping } from './sqlite-timeout.ts'
import { createTurns } from './sqlite-turns.ts'

/** How much longer may be waited for a lock where no visitor waits: to sweep, and to make tables. */
const LONG = 12
/** For how many milliseconds a lock is waited for to note what need not be noted. */
const OPTIONAL_MILLISECONDS = 50

/**
 * Statements on SQLite. While another process has the lock that one needs, it is tried again until its time is over, and the
 * process goes on with everything else: `busy_timeout` of the connection is for the application's own statements.
 *
 * @param taker who takes the database
 * @param defaultPatience for how many milliseconds a lock is waited for where nothing else is said
 * @throws `ERR_OPTIONS` for what is no database that answers at once
 */
export function sqliteDriver(database: SqliteDatabase, taker: Taker, defaultPatience: number): SqlDriver {
  assertSqlite(database, taker.name)
  const quickly = withoutSleeping(database)
  const compiled = new Map<string, Run>()
  // Apart, because with a write-ahead log nobody who reads waits for those who write.
  const [reading, writing] = [createTurns(), createTurns()]

  const run = ({ sql, values }: Statement): readonly Row[] => {
    let statement = compiled.get(sql)
    try {
      if (statement === undefined) compiled.set(sql, (statement = compile((text) => database.prepare(text), sql)))
      return statement(values)
    } catch (error) {
      throw statementError(error, taker)
    }
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

  const long = defaultPatience * LONG
  return {
    skipLocked: '',
    run: (statement, patience = defaultPatience) =>
      writing(
        () => quickly.writing(() => run(statement)),
        statement.isOptional === true ? Math.min(patience, OPTIONAL_MILLISECONDS) : patience,
      ),
    read: (statement, patience = defaultPatience) => reading(() => quickly.reading(() => run(statement)), patience),
    transaction: (steps) =>
      writing(() => quickly.writing(() => inTransaction(() => walk(steps(), run))), defaultPatience),
    migrate: (script) => writing(() => quickly.writing(() => inTransaction(() => void database.exec(script))), long),
    sweep: (deleting, limit) =>
      inBatches(limit, (count) => writing(() => quickly.writing(() => timed(() => run(deleting(count)).length)), long)),
  }
}

/** What was done, and in how many milliseconds of the whole process. */
interface Timed {
  readonly count: number
  readonly took: number
}

function timed(body: () => number): Timed {
  const begun = elapsed()
  return { count: body(), took: elapsed() - begun }
}

/** Batches that hold the process for a few milliseconds each, and rests between them that are as long: others write, too. */
async function inBatches(limit: number, deleteUpTo: (count: number) => Promise<Timed>): Promise<number> {
  let deleted = 0
  for (let size = FIRST_BATCH; ;) {
    const asked = Math.min(size, limit - deleted)
    // oxlint-disable-next-line no-await-in-loop -- one batch after the other
    const { count, took } = await deleteUpTo(asked)
    deleted += count
    if (count < asked || deleted >= limit) return deleted
    size = batchAfter(size, took)
    // oxlint-disable-next-line no-await-in-loop -- see above
    await new Promise((resolve) => setTimeout(resolve, took))
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
