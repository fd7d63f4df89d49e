import { SessionError } from '../errors.ts'
import type { Connections } from './connections.ts'
import { overPgPool, type PgPool } from './pg-pool.ts'
import { overPostgresJs, type PostgresJs } from './postgres-js.ts'

/** Either client that an application may have. */
export type PostgresClient = PgPool | PostgresJs

/**
 * @param taker who takes the client, to be named in the error
 * @param queryTimeout from how many milliseconds of silence on a connection counts as broken
 * @throws `ERR_OPTIONS` for what is no client
 */
export function connectionsOf(client: PostgresClient, taker: string, queryTimeout: number): Connections {
  if (isPostgresJs(client)) return overPostgresJs(client)
  if (typeof client?.query === 'function' && typeof client.connect === 'function') {
    return overPgPool(client, queryTimeout)
  }
  throw new SessionError(
    'ERR_OPTIONS',
    `${taker} takes a client, expected a Pool of pg or what postgres() of postgres.js gives.`,
  )
}

function isPostgresJs(client: PostgresClient): client is PostgresJs {
  return typeof client === 'function' && 'unsafe' in client && 'begin' in client
}
