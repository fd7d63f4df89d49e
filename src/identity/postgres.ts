import { hash } from 'node:crypto'
import { seconds, type Duration } from '../duration.ts'
import { SessionError } from '../errors.ts'
import type { UserSessionRegistry } from './registry.ts'
import { schemaFor } from './sql/dialects.ts'
import type { Row, SqlDriver, Statement, Steps } from './sql/driver.ts'
import { createSqlRegistry } from './sql/registry.ts'
import { DEFAULT_PREFIX, tablesNamed } from './sql/tables.ts'

/** What we use of a `Pool` of `pg`. */
export interface PgPool {
  query(query: PgQuery): Promise<{ rows: unknown[] }>
  connect(): Promise<PgConnection>
}

interface PgConnection {
  query(query: PgQuery): Promise<{ rows: unknown[] }>
  release(error?: boolean): void
}

/** With a name, it is prepared by each connection that sees it for the first time. */
interface PgQuery {
  name?: string | undefined
  text: string
  values?: unknown[]
}

/** What we use of `postgres()` of `postgres.js`. */
export interface PostgresJs {
  unsafe(text: string, values?: never[], options?: { prepare?: boolean }): PromiseLike<readonly unknown[]>
  begin(body: (sql: { unsafe: PostgresJs['unsafe'] }) => Promise<unknown>): Promise<unknown>
}

export interface PostgresRegistryOptions {
  /** What the names of our tables begin with; `auth.` puts them into the schema of that name. Default `coatcheck_`. */
  readonly prefix?: string | undefined
  /**
   * Whether each connection keeps our statements prepared, so that PostgreSQL plans them once and not at every request: a check
   * takes about a third of the time. `false` behind a pooler that cannot do that, as PgBouncer in transaction mode before 1.21, or
   * with `max_prepared_statements = 0`. Default `true`; what `postgres({ prepare: false })` says counts too.
   */
  readonly prepare?: boolean | undefined
  /**
   * How long a check waits for its answer, a free connection included: of a connection that is half open it would never come.
   * What changes something waits for its end, because half-way nobody knows whether it was done. Default `'2s'`.
   */
  readonly timeout?: Duration | undefined
}

/**
 * User sessions in PostgreSQL 12 or newer, over the application's own pool.
 *
 * ```ts
 * const registry = postgresRegistry(new pg.Pool())
 * await registry.migrate()
 * ```
 *
 * Every check has to see what was committed before it, so the pool must reach the primary, not a replica.
 *
 * @throws `ERR_OPTIONS`
 */
export function postgresRegistry(
  client: PgPool | PostgresJs,
  { prefix = DEFAULT_PREFIX, prepare = true, timeout = '2s' }: PostgresRegistryOptions = {},
): UserSessionRegistry {
  const tables = tablesNamed(prefix)
  return createSqlRegistry(
    createDriver(connectionsOf(client), prepare, seconds(timeout, 'timeout') * 1000),
    tables,
    schemaFor('postgres', tables),
  )
}

type Query = (query: PgQuery) => Promise<readonly Row[]>

/** Either client, as statements alone and statements in a transaction. */
interface Connections {
  readonly query: Query
  readonly begin: <Result>(body: (query: Query) => Promise<Result>) => Promise<Result>
}

function createDriver({ query, begin }: Connections, prepare: boolean, timeoutMilliseconds: number): SqlDriver {
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
    read: (statement) => within(timeoutMilliseconds, run(query, statement)),
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

/** By the text, because one connection may serve registries with other prefixes, and pg refuses a name with two texts. */
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

function connectionsOf(client: PgPool | PostgresJs): Connections {
  if (isPostgresJs(client)) {
    const queryOf =
      (sql: Pick<PostgresJs, 'unsafe'>): Query =>
      async ({ name, text, values }) =>
        // as: rows are objects, parameters of any type
        (await sql.unsafe(text, values as never[] | undefined, { prepare: name !== undefined })) as readonly Row[]
    return {
      query: queryOf(client),
      // as: what begin resolves with is what its body did
      begin: async (body) => (await client.begin((sql) => body(queryOf(sql)))) as never,
    }
  }
  if (typeof client?.query !== 'function' || typeof client.connect !== 'function') {
    throw new SessionError(
      'ERR_OPTIONS',
      'postgresRegistry takes a client, expected a Pool of pg or what postgres() of postgres.js gives.',
    )
  }
  const queryOf =
    (on: Pick<PgPool, 'query'>): Query =>
    async (query) =>
      (await on.query(query)).rows as readonly Row[] // as: rows are objects
  return {
    query: queryOf(client),
    async begin(body) {
      const connection = await client.connect()
      const query = queryOf(connection)
      let isBroken = true
      try {
        await query({ text: 'BEGIN' })
        const result = await body(query)
        await query({ text: 'COMMIT' })
        isBroken = false
        return result
      } finally {
        // A connection in the middle of a transaction must not go back into the pool; closing it rolls back.
        connection.release(isBroken)
      }
    },
  }
}

function isPostgresJs(client: PgPool | PostgresJs): client is PostgresJs {
  return typeof client === 'function' && 'unsafe' in client && 'begin' in client
}
