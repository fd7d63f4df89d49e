import type { Row } from './driver.ts'
import type { Patience } from './gate.ts'

/** With a name, it is prepared by each connection that sees it for the first time. */
export interface NamedQuery {
  name?: string | undefined
  text: string
  values?: unknown[]
}

export type Query = (query: NamedQuery, patience: Patience) => Promise<readonly Row[]>

/** A client of PostgreSQL, as statements alone and statements in a transaction. */
export interface Connections {
  readonly query: Query
  /** Whatever the database's default is, each statement of the transaction sees what was committed before it. */
  readonly begin: <Result>(body: (query: Query) => Promise<Result>, patience: Patience) => Promise<Result>
}

/** How transactions begin. Under a stricter level, one that waited for another fails where it should go on from there. */
export const ISOLATION = 'ISOLATION LEVEL READ COMMITTED'
