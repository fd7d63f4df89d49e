import { hash } from 'node:crypto'
import type { Row, SqlDriver, Statement, Steps } from './driver.ts'
import type { Connections, PgQuery, Query } from './postgres-client.ts'

export interface PostgresDriverOptions {
  /** Whether each connection keeps our statements prepared. */
  readonly prepare: boolean
  /** How long a statement that changes nothing waits for its answer, in milliseconds. */
  readonly readTimeout: number
}

/** Statements on PostgreSQL. */
export function postgresDriver(
  { query, begin }: Connections,
  { prepare, readTimeout }: PostgresDriverOptions,
): SqlDriver {
  const numbered = new Map<string, Pick<PgQuery, 'name' | 'text'>>()
  const run = (on: Query, { sql, values }: Statement): Promise<readonly Row[]> => {
    let known = numbered.get(sql)
    if (known === undefined) {
      const text = sql.replaceAll(/\?(\d+)/g, '$$$1')
      numbered.set(sql, (known = { text, name: prepare ? nameOf(text) : undefined }))
    }
    return on({ ...known, values: [...values] })
  }
  return {
    skipLocked: 'FOR UPDATE SKIP LOCKED',
    run: (statement) => run(query, statement),
    read: (statement) => within(readTimeout, run(query, statement)),
    transaction: (steps) => begin((on) => walk(steps(), (statement) => run(on, statement))),
    migrate: (script) =>
      begin(async (on) => {
        // CREATE TABLE IF NOT EXISTS fails when two processes run it at once.
        await on({ text: `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})` })
        await on({ text: script })
      }),
  }
}

async function within<Answer>(milliseconds: number, answer: Promise<Answer>): Promise<Answer> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds)
  try {
    return await Promise.race([answer, late.promise])
  } finally {
    clearTimeout(timer)
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
