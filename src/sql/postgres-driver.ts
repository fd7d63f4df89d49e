import { elapsed } from '../timers.ts'
import { hash } from 'node:crypto'
import { isConflict } from './conflict.ts'
import type { NamedQuery, Query } from './connections.ts'
import type { Row, SqlDriver, Statement, Steps } from './driver.ts'
import type { Patience } from './gate.ts'
import { connectionsOf, type PostgresClient } from './postgres-client.ts'
import { statementError, type Taker } from './set-up.ts'

export interface PostgresDriverOptions {
  /** Whether each connection keeps our statements prepared. */
  readonly prepare: boolean
  /** From how many milliseconds without an answer a connection counts as broken. */
  readonly queryTimeout: number
  /** How long whoever asks for a statement that changes nothing waits in all, in milliseconds. Default: as long as it takes. */
  readonly readTimeout?: number
}

/** How much more time a statement has that deletes many rows. */
const LONG = 12
/** How often what two did to each other is tried again. */
const MOST_RETRIES = 5

/**
 * Statements on PostgreSQL, each of which sees what was committed before it, whatever `default_transaction_isolation` says.
 *
 * @param taker who takes the client
 * @throws `ERR_OPTIONS` for what is no client
 */
export function postgresDriver(
  client: PostgresClient,
  taker: Taker,
  { prepare, queryTimeout: silence, readTimeout }: PostgresDriverOptions,
): SqlDriver {
  const { query, begin } = connectionsOf(client, taker.name)
  const numbered = new Map<string, Pick<NamedQuery, 'name' | 'text'>>()
  const ask = (on: Query, { sql, values }: Statement, patience: Patience): Promise<readonly Row[]> => {
    let known = numbered.get(sql)
    if (known === undefined) {
      const text = sql.replaceAll(/\?(\d+)/g, '$$$1')
      numbered.set(sql, (known = { text, name: prepare ? nameOf(text) : undefined }))
    }
    return on({ ...known, values: [...values] }, patience)
  }

  /** Alone, it runs under the isolation that the database has by default; in a transaction, under ours. */
  const run = (statement: Statement, patience: Patience): Promise<readonly Row[]> => {
    const end = elapsed() + patience.asker
    return ask(query, statement, patience).catch((error: unknown) => {
      if (!isConflict(error)) throw statementError(error, taker)
      return transaction((on) => ask(on, statement, patience), { ...patience, asker: end - elapsed() })
    })
  }

  const transaction = async <Result>(body: (on: Query) => Promise<Result>, patience: Patience): Promise<Result> => {
    for (let retries = MOST_RETRIES; ; retries--) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one try after the other
        return await begin(body, patience)
      } catch (error) {
        if (retries === 0 || !isConflict(error)) throw statementError(error, taker)
      }
    }
  }

  const standard = { silence, asker: Number.POSITIVE_INFINITY }
  const long = { silence: silence * LONG, asker: Number.POSITIVE_INFINITY }
  const endless = { silence: Number.POSITIVE_INFINITY, asker: Number.POSITIVE_INFINITY }
  const within = (asker: number | undefined): Patience => (asker === undefined ? standard : { silence, asker })
  return {
    skipLocked: 'FOR UPDATE SKIP LOCKED',
    run: (statement, patience) => run(statement, within(patience)),
    read: (statement, patience = readTimeout) =>
      run(statement, { ...within(patience), leaves: readTimeout !== undefined }),
    transaction: (steps) => transaction((on) => walk(steps(), (statement) => ask(on, statement, standard)), standard),
    migrate: (script) =>
      begin(async (on) => {
        // CREATE TABLE IF NOT EXISTS fails when two processes run it at once. And an index on a large table takes its time.
        await on({ text: `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})` }, endless)
        await on({ text: script }, endless)
      }, standard),
    sweep: async (deleting, limit) => (await run(deleting(limit), long)).length,
  }
}

/** By the text, because one connection may serve tables with other prefixes, and pg refuses a name with two texts. */
function nameOf(text: string): string {
  return `coatcheck_${hash('sha256', text).slice(0, 32)}`
}

/** Any number that nobody else takes: "coatch" in ASCII. */
const MIGRATION_LOCK = 0x63_6f_61_74_63_68

async function walk<Result>(
  steps: Steps<Result>,
  run: (statement: Statement) => Promise<readonly Row[]>,
): Promise<Result> {
  let step = steps.next()
  while (step.done !== true) {
    // oxlint-disable-next-line no-await-in-loop -- each statement depends on those before it
    step = steps.next(await run(step.value))
  }
  return step.value
}
