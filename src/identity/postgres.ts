import { seconds, type Duration } from '../duration.ts'
import type { PostgresClient } from '../sql/postgres-client.ts'
import { postgresDriver } from '../sql/postgres-driver.ts'
import { USER_SESSIONS_CURE } from '../sql/set-up.ts'
import { DEFAULT_PREFIX } from '../sql/prefix.ts'
import type { UserSessionRegistry } from './registry.ts'
import { createSqlRegistry } from './sql/registry.ts'
import { tablesNamed } from './sql/tables.ts'

export type { PgPool } from '../sql/pg-pool.ts'
export type { PostgresJs } from '../sql/postgres-js.ts'

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
  /**
   * From how long without an answer a connection counts as broken, and a pool that hands out none. With `pg`, such a connection
   * is closed and the pool opens another one; a sweep has twelve times as long. Default `'5s'`, or `timeout` where that is longer.
   */
  readonly queryTimeout?: Duration | undefined
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
  client: PostgresClient,
  { prefix = DEFAULT_PREFIX, prepare = true, timeout = '2s', queryTimeout }: PostgresRegistryOptions = {},
): UserSessionRegistry {
  const tables = tablesNamed(prefix)
  const readTimeout = seconds(timeout, 'timeout') * 1000
  const driver = postgresDriver(
    client,
    { name: 'postgresRegistry', cure: USER_SESSIONS_CURE },
    {
      prepare,
      readTimeout,
      queryTimeout:
        queryTimeout === undefined ? Math.max(readTimeout, 5000) : seconds(queryTimeout, 'queryTimeout') * 1000,
    },
  )
  return createSqlRegistry('postgres', driver, tables)
}
