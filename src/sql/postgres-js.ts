import type { Connections, Query } from './connections.ts'
import type { Row } from './driver.ts'
import { waitFor } from './wait.ts'

/** What we use of `postgres()` of `postgres.js`. */
export interface PostgresJs {
  unsafe(text: string, values?: never[], options?: { prepare?: boolean }): PromiseLike<readonly unknown[]>
  begin(body: (sql: { unsafe: PostgresJs['unsafe'] }) => Promise<unknown>): Promise<unknown>
}

/**
 * postgres.js, which puts statements on connections by itself and closes none of them for us: a statement is told to have
 * failed when no other one was answered either, and its connection stays as it is.
 */
export function overPostgresJs(client: PostgresJs): Connections {
  let answeredAt = 0
  const queryOf =
    (sql: Pick<PostgresJs, 'unsafe'>): Query =>
    async ({ name, text, values }, patience) => {
      // as: parameters of any type
      const answer = sql.unsafe(text, values as never[] | undefined, { prepare: name !== undefined })
      const rows = await (patience === Number.POSITIVE_INFINITY
        ? answer
        : waitFor(answer, patience, `no answer within ${patience} ms`, () => answeredAt))
      answeredAt = performance.now()
      return rows as readonly Row[] // as: rows are objects
    }
  return {
    query: queryOf(client),
    // as: what begin resolves with is what its body did
    begin: async (body) => (await client.begin((sql) => body(queryOf(sql)))) as never,
  }
}
