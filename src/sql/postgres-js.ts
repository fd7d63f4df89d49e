import { elapsed } from '../timers.ts'
import { SessionError } from '../errors.ts'
import { ISOLATION, type Connections, type Query } from './connections.ts'
import type { Row } from './driver.ts'
import { createGate, type Patience } from './gate.ts'
import { valueOf } from './postgres-values.ts'
import { waitFor } from '../wait.ts'

/** What we use of `postgres()` of `postgres.js`. */
export interface PostgresJs {
  unsafe(text: string, values?: never[], options?: { prepare?: boolean }): PostgresJsQuery
  begin(options: string, body: (sql: { unsafe: PostgresJs['unsafe'] }) => Promise<unknown>): Promise<unknown>
  readonly options?:
    | {
        readonly max?: number | undefined
        readonly transform?:
          | { readonly column?: Transform | undefined; readonly row?: Transform | undefined }
          | undefined
      }
    | undefined
}

interface PostgresJsQuery {
  /** Values as PostgreSQL sent them, in the order of the columns. */
  raw(): PromiseLike<RawRows>
}

interface RawRows extends ReadonlyArray<readonly (Buffer | null)[]> {
  readonly columns?: readonly Column[] | null | undefined
}

interface Column {
  readonly name: string
  /** The oid. */
  readonly type: number
}

interface Transform {
  readonly from?: ((of: never) => unknown) | undefined
}

/** As many connections as postgres.js has by default. */
const DEFAULT_MAX = 10

/**
 * postgres.js, which puts statements on connections by itself and closes none of them for us: a statement is told to have
 * failed when no other one was answered either, and its connection stays as it is.
 *
 * @throws `ERR_OPTIONS` for a client that makes something else of rows
 */
export function overPostgresJs(client: PostgresJs, taker: string): Connections {
  const { max = DEFAULT_MAX, transform } = client.options ?? {}
  if (transform?.row?.from !== undefined) {
    throw new SessionError(
      'ERR_OPTIONS',
      `${taker} was given a client with transform.row, which changes our rows, too: give it one without, or use transform.column or transform.value.`,
    )
  }
  const gate = createGate(max)
  const rowsOf = rowReader(transform?.column?.from as ((name: string) => unknown) | undefined) // as: it takes a name
  let answeredAt = 0

  /** @param onSettled hears when the connection is free again, which may be after the patience is over */
  const queryOf =
    (sql: Pick<PostgresJs, 'unsafe'>, onSettled: () => void = ignore): Query =>
    async ({ name, text, values }, { silence }) => {
      // as: parameters of any type
      const answer = sql.unsafe(text, values as never[] | undefined, { prepare: name !== undefined }).raw()
      answer.then(onSettled, onSettled)
      const rows = await (silence === Number.POSITIVE_INFINITY
        ? answer
        : waitFor(answer, silence, `no answer within ${silence} ms`, () => answeredAt))
      answeredAt = elapsed()
      return rowsOf(text, rows)
    }
  const alone = queryOf(client, gate.leave)

  return {
    async query(query, patience) {
      const { asker, leaves = false } = patience
      const begun = elapsed()
      const entering = gate.enter(patience, begun)
      if (entering !== undefined) await entering
      const answer = alone(query, patience)
      return leaves ? waitFor(answer, begun + asker - elapsed(), `no answer within ${asker} ms`) : answer
    },

    async begin<Result>(body: (query: Query) => Promise<Result>, patience: Patience): Promise<Result> {
      const begun = elapsed()
      const entering = gate.enter(patience, begun)
      if (entering !== undefined) await entering
      const beginning = Promise.withResolvers<void>()
      const working = Promise.withResolvers<Result>()
      let hasGivenUp = false
      const done = client.begin(ISOLATION, (sql) => {
        if (hasGivenUp) throw new Error('nobody waits for this transaction any more')
        beginning.resolve()
        const worked = body(queryOf(sql))
        worked.then(working.resolve, working.reject)
        return worked
      })
      done.then(ignore, beginning.reject).finally(gate.leave)
      try {
        await gate.wait(beginning.promise, patience, begun)
      } catch (error) {
        hasGivenUp = true
        throw error
      }
      // What failed is told before it is rolled back, which a connection that does not answer never is.
      const result = await Promise.race([working.promise, done.then(() => working.promise)])
      await waitFor(done, patience.silence, `no answer within ${patience.silence} ms`)
      return result
    },
  }
}

/** Rows of raw values as objects, by the names that our statements have, whatever the client makes of names. */
function rowReader(renamed: ((name: string) => unknown) | undefined) {
  const namesOf = new Map<string, readonly string[]>()

  const originals = (text: string, columns: readonly Column[]): readonly string[] => {
    if (renamed === undefined) return columns.map(({ name }) => name)
    const words = text.match(/\w+/g) ?? []
    return columns.map(({ name }) => words.find((word) => renamed(word) === name) ?? name)
  }

  return (text: string, rows: RawRows): readonly Row[] => {
    // Nothing that we ask for several results of has rows.
    const { columns } = rows
    if (columns == null) return []
    let names = namesOf.get(text)
    if (names === undefined) namesOf.set(text, (names = originals(text, columns)))
    return rows.map((values) => {
      const row: Record<string, unknown> = {}
      for (const [at, { type }] of columns.entries()) {
        const value = values[at]
        row[names[at] ?? ''] = value == null ? null : valueOf(type, value.toString())
      }
      return row
    })
  }
}

function ignore(): void {}
