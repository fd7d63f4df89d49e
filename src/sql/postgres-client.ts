import { SessionError } from '../errors.ts'
import type { Row } from './driver.ts'

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
export interface PgQuery {
  name?: string | undefined
  text: string
  values?: unknown[]
}

/** What we use of `postgres()` of `postgres.js`. */
export interface PostgresJs {
  unsafe(text: string, values?: never[], options?: { prepare?: boolean }): PromiseLike<readonly unknown[]>
  begin(body: (sql: { unsafe: PostgresJs['unsafe'] }) => Promise<unknown>): Promise<unknown>
}

export type Query = (query: PgQuery) => Promise<readonly Row[]>

/** Either client, as statements alone and statements in a transaction. */
export interface Connections {
  readonly query: Query
  readonly begin: <Result>(body: (query: Query) => Promise<Result>) => Promise<Result>
}

/** @param taker who takes the client, to be named in the error. @throws `ERR_OPTIONS` for what is no client */
export function connectionsOf(client: PgPool | PostgresJs, taker: string): Connections {
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
      `${taker} takes a client, expected a Pool of pg or what postgres() of postgres.js gives.`,
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
