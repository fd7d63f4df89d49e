import { hash } from 'node:crypto'
import type { NamedQuery, Query } from './connections.ts'
import type { Row, SqlDriver, Statement, Steps } from './driver.ts'
import { connectionsOf, type PostgresClient } from './postgres-client.ts'
import { waitFor } from './wait.ts'

export interface PostgresDriverOptions {
  /** Whether each connection keeps our statements prepared. */
  readonly prepare: boolean
  /** From how many milliseconds without an answer a connection counts as broken. */
  readonly queryTimeout: number
  /** How long whoever asks for a statement that changes nothing waits in all, in milliseconds. Default: as long as it takes. */
  readonly readTimeout?: number
}

/** How much more time a statement has that changes many rows. */
const LONG = 12

/**
 * Statements on PostgreSQL.
 *
 * @param taker who takes the client, to be named in the error
 * @throws `ERR_OPTIONS` for what is no client
 */
export function postgresDriver(
  client: PostgresClient,
  taker: string,
  { prepare, queryTimeout, readTimeout }: PostgresDriverOptions,
): SqlDriver {
  const { query, begin } = connectionsOf(client, taker, queryTimeout)
  const numbered = new Map<string, Pick<NamedQuery, 'name' | 'text'>>()
  const run = (on: Query, { sql, values, isLong = false }: Statement): Promise<readonly Row[]> => {
    let known = numbered.get(sql)
    if (known === undefined) {
      const text = sql.replaceAll(/\?(\d+)/g, '$$$1')
      numbered.set(sql, (known = { text, name: prepare ? nameOf(text) : undefined }))
    }
    return on({ ...known, values: [...values] }, isLong ? queryTimeout * LONG : queryTimeout)
  }
  return {
    skipLocked: 'FOR UPDATE SKIP LOCKED',
    run: (statement) => run(query, statement),
    read: (statement) => {
      const answer = run(query, statement)
      return readTimeout === undefined ? answer : waitFor(answer, readTimeout, `no answer within ${readTimeout} ms`)
    },
    transaction: (steps) => begin((on) => walk(steps(), (statement) => run(on, statement))),
    migrate: (script) =>
      begin(async (on) => {
        // CREATE TABLE IF NOT EXISTS fails when two processes run it at once. And an index on a large table takes its time.
        await on({ text: `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})` }, Number.POSITIVE_INFINITY)
        await on({ text: script }, Number.POSITIVE_INFINITY)
      }),
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
