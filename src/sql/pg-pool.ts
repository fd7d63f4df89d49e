import { elapsed } from '../timers.ts'
import { SessionError } from '../errors.ts'
import { ISOLATION, type Connections, type NamedQuery } from './connections.ts'
import type { Row } from './driver.ts'
import { isConflict } from './conflict.ts'
import { createGate, type Patience } from './gate.ts'
import { valueOf } from './postgres-values.ts'
import { waitFor, waitInTurn } from '../wait.ts'

/** What we use of a `Pool` of `pg`; `query` is what tells it from something else that connects. */
export interface PgPool {
  query(query: NamedQuery): Promise<{ rows: unknown[] }>
  connect(): Promise<PgConnection>
  on?(event: 'error', listener: () => void): unknown
  /** How many connections nobody uses, and how many ask for one. */
  readonly idleCount?: number
  readonly waitingCount?: number
  readonly options?: { readonly max?: number | undefined; readonly binary?: boolean | undefined } | undefined
}

interface PgConnection {
  query(query: NamedQuery): Promise<{ rows: unknown[] }>
  release(error?: boolean): void
  on?(event: 'error', listener: () => void): unknown
  off?(event: 'error', listener: () => void): unknown
}

/** Pools that we listen to. Several of our stores may be over one. */
const heard = new WeakSet<PgPool>()

/** As many as a pool of pg has by default. */
const DEFAULT_MAX = 10

/**
 * A pool of `pg` that gets its connections back. One that gives no answer in time is closed, and the pool opens another: of a
 * connection that is half open, pg itself would wait until the operating system notices, a quarter of an hour as a rule.
 */
export function overPgPool(pool: PgPool): Connections {
  // An idle connection that breaks, as all do when PostgreSQL restarts, ends the process if nobody listens. The pool opens another
  // one when it is asked, and whatever cannot be answered says so by itself.
  if (!heard.has(pool)) pool.on?.('error', ignore)
  heard.add(pool)
  const gate = createGate(pool.options?.max ?? DEFAULT_MAX)

  const connect = async (patience: Patience, begun: number): Promise<PgConnection> => {
    // One that is idle comes at once.
    const isIdle = (pool.idleCount ?? 0) > (pool.waitingCount ?? 0)
    const connecting = pool.connect()
    try {
      const connection = await (isIdle ? connecting : gate.wait(connecting, patience, begun))
      if (typeof connection?.release === 'function') return connection
      throw new SessionError('ERR_OPTIONS', 'connect() of the client gave no connection, expected a Pool of pg.')
    } catch (error) {
      // It may come yet, and nobody waits for it any more.
      void connecting
        .then((connection) => connection.release())
        .catch(ignore)
        .finally(gate.leave)
      throw error
    }
  }

  const take = async (patience: Patience, begun: number): Promise<PgConnection> => {
    const entering = gate.enter(patience, begun)
    if (entering !== undefined) await entering
    const connection = await connect(patience, begun)
    // One that breaks says so to whoever holds it, by an event that ends the process if nobody listens; its query rejects, too.
    connection.on?.('error', ignore)
    return connection
  }

  /** One on which something failed is closed: nobody knows in what state it is, and a transaction is rolled back. */
  const giveBack = (connection: PgConnection, error: unknown): void => {
    connection.off?.('error', ignore)
    connection.release(error !== undefined && !isConflict(error))
    gate.leave()
  }

  const withConnection = async <Result>(
    patience: Patience,
    body: (connection: PgConnection) => Promise<Result>,
  ): Promise<Result> => {
    const connection = await take(patience, elapsed())
    let failure: unknown
    try {
      return await body(connection)
    } catch (error) {
      failure = error
      throw error
    } finally {
      giveBack(connection, failure)
    }
  }

  return {
    async query(query, patience) {
      const { silence, asker, leaves = false } = patience
      const begun = elapsed()
      const connection = await take(patience, begun)
      const onEnd = (error: unknown): void => giveBack(connection, error)
      let answer
      try {
        answer = send(connection, query)
      } catch (error) {
        onEnd(error)
        throw error
      }
      const { rows } = await waitInTurn(answer, silence, onEnd, leaves ? asker : undefined, begun)
      return rows as readonly Row[] // as: rows are objects
    },

    begin: (body, patience) =>
      withConnection(patience, async (connection) => {
        await ask(connection, { text: `BEGIN ${ISOLATION}` }, patience)
        try {
          const result = await body((query, its) => ask(connection, query, its))
          await ask(connection, { text: 'COMMIT' }, patience)
          return result
        } catch (error) {
          if (isConflict(error)) await ask(connection, { text: 'ROLLBACK' }, patience)
          throw error
        }
      }),
  }
}

const types = { getTypeParser: (type: number) => (text: string) => valueOf(type, text) }

function send(connection: PgConnection, query: NamedQuery): Promise<{ rows: unknown[] }> {
  return connection.query(Object.assign(query, { types }))
}

async function ask(connection: PgConnection, query: NamedQuery, { silence }: Patience): Promise<readonly Row[]> {
  const answer = send(connection, query)
  const { rows } = await (silence === Number.POSITIVE_INFINITY
    ? answer
    : waitFor(answer, silence, `no answer within ${silence} ms`))
  return rows as readonly Row[] // as: rows are objects
}

function ignore(): void {}
