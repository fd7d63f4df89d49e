import { seconds, type Duration } from '../duration.ts'
import type { PostgresClient } from '../sql/postgres-client.ts'
import { postgresDriver } from '../sql/postgres-driver.ts'
import { SESSIONS_CURE } from '../sql/set-up.ts'
import { DEFAULT_PREFIX } from '../sql/prefix.ts'
import { checkedMaxBytes } from './max-bytes.ts'
import { sessionsTable } from './sql/sessions-table.ts'
import { createSqlStore, type SqlSessionStore } from './sql/store.ts'

export type { PgPool } from '../sql/pg-pool.ts'
export type { PostgresJs } from '../sql/postgres-js.ts'
export type { SqlSessionStore } from './sql/store.ts'

export interface PostgresStoreOptions {
  /** What the name of the table begins with; `auth.` puts it into the schema of that name. Default `coatcheck_`. */
  readonly prefix?: string | undefined
  /** The most bytes of JSON that one session may take. Default 65,536. */
  readonly maxBytes?: number | undefined
  /**
   * Whether each connection keeps our statements prepared, so that PostgreSQL plans them once and not at every request. `false`
   * behind a pooler that cannot do that, as PgBouncer in transaction mode before 1.21, or with `max_prepared_statements = 0`.
   * Default `true`; what `postgres({ prepare: false })` says counts too.
   */
  readonly prepare?: boolean | undefined
  /**
   * From how long without an answer a connection counts as broken, and a pool that hands out none. With `pg`, such a connection
   * is closed and the pool opens another one; a sweep has twelve times as long. postgres.js cannot be told to close one, so there
   * the call fails and the connection stays. Default `'5s'`.
   */
  readonly queryTimeout?: Duration | undefined
}

/**
 * Sessions in PostgreSQL 12 or newer, over the application's own pool.
 *
 * ```ts
 * const store = postgresStore(new pg.Pool())
 * await store.migrate()
 * ```
 *
 * A session that was written has to be found by the next request, so the pool must reach the primary, not a replica. What a
 * crash of the server may take is up to its `synchronous_commit`: nothing, by default.
 *
 * @throws `ERR_OPTIONS`
 */
export function postgresStore(
  client: PostgresClient,
  { prefix = DEFAULT_PREFIX, maxBytes, prepare = true, queryTimeout = '5s' }: PostgresStoreOptions = {},
): SqlSessionStore {
  const options = { table: sessionsTable(prefix), maxBytes: checkedMaxBytes(maxBytes) }
  const driver = postgresDriver(
    client,
    { name: 'postgresStore', cure: SESSIONS_CURE },
    {
      prepare,
      queryTimeout: seconds(queryTimeout, 'queryTimeout') * 1000,
    },
  )
  return createSqlStore('postgres', driver, options)
}
