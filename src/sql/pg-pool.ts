import type { Connections, NamedQuery } from './connections.ts'
import type { Row } from './driver.ts'
import { waitFor } from './wait.ts'

/** What we use of a `Pool` of `pg`; `query` is what tells it from something else that connects. */
export interface PgPool {
  query(query: NamedQuery): Promise<{ rows: unknown[] }>
  connect(): Promise<PgConnection>
}

interface PgConnection {
  query(query: NamedQuery): Promise<{ rows: unknown[] }>
  release(error?: boolean): void
  on?(event: 'error', listener: () => void): unknown
  off?(event: 'error', listener: () => void): unknown
}

/**
 * A pool of `pg` that gets its connections back. One that gives no answer in time is closed, and the pool opens another: of a
 * connection that is half open, pg itself would wait until the operating system notices, a quarter of an hour as a rule.
 *
 * @param queryTimeout milliseconds for which the pool may hand out no connection, and for which a transaction's own statements
 *   may go without an answer
 */
export function overPgPool(pool: PgPool, queryTimeout: number): Connections {
  let handedOutAt = 0

  const connect = async (): Promise<PgConnection> => {
    const connecting = pool.connect()
    try {
      const complaint = `no connection was free within ${queryTimeout} ms`
      // A queue that moves is the load of the moment, not a pool whose connections have broken.
      const connection = await waitFor(connecting, queryTimeout, complaint, () => handedOutAt)
      handedOutAt = performance.now()
      return connection
    } catch (error) {
      // It may come yet, and nobody waits for it any more.
      connecting.then((connection) => connection.release(), ignore)
      throw error
    }
  }

  /** A connection on which something failed is closed: nobody knows in what state it is, and a transaction is rolled back. */
  const withConnection = async <Result>(body: (connection: PgConnection) => Promise<Result>): Promise<Result> => {
    const connection = await connect()
    // One that breaks says so to whoever holds it, by an event that ends the process if nobody listens; its query rejects, too.
    connection.on?.('error', ignore)
    let isBroken = true
    try {
      const result = await body(connection)
      isBroken = false
      return result
    } finally {
      connection.off?.('error', ignore)
      connection.release(isBroken)
    }
  }

  return {
    query: (query, patience) => withConnection((connection) => ask(connection, query, patience)),
    begin: (body) =>
      withConnection(async (connection) => {
        await ask(connection, { text: 'BEGIN' }, queryTimeout)
        const result = await body((query, patience) => ask(connection, query, patience))
        await ask(connection, { text: 'COMMIT' }, queryTimeout)
        return result
      }),
  }
}

async function ask(connection: PgConnection, query: NamedQuery, patience: number): Promise<readonly Row[]> {
  const answer = connection.query(query)
  const { rows } = await (patience === Number.POSITIVE_INFINITY
    ? answer
    : waitFor(answer, patience, `no answer within ${patience} ms`))
  return rows as readonly Row[] // as: rows are objects
}

function ignore(): void {}
