import { SessionError } from '../errors.ts'
import type { Connections } from './connections.ts'
import { overPgPool, type PgPool } from './pg-pool.ts'
import { overPostgresJs, type PostgresJs } from './postgres-js.ts'

/** Either client that an application may have. */
export type PostgresClient = PgPool | PostgresJs

/**
 * @param taker who takes the client, to be named in the error
 * @throws `ERR_OPTIONS` for what is no client, and for one whose rows cannot be read
 */
export function connectionsOf(client: PostgresClient, taker: string): Connections {
  if (isPostgresJs(client)) return overPostgresJs(client, taker)
  if (typeof client?.query !== 'function' || typeof client.connect !== 'function') throw refused(taker, '')
  // A Client has a query and a connect of its own, and one connection, which ends for good.
  if ('connectionParameters' in client)
    throw refused(taker, ' This is a Client of pg: new pg.Pool takes the same options.')
  // pg decodes it as text first, and loses bytes by that.
  if (client.options?.binary === true) throw refused(taker, ' One with binary: true cannot be read from.')
  return overPgPool(client)
}

function isPostgresJs(client: PostgresClient): client is PostgresJs {
  return typeof client === 'function' && 'unsafe' in client && 'begin' in client
}

function refused(taker: string, what: string): SessionError {
  return new SessionError(
    'ERR_OPTIONS',
    `${taker} takes a client, expected a Pool of pg or what postgres() of postgres.js gives.${what}`,
  )
}
