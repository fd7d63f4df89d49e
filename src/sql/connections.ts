import type { Row } from './driver.ts'

/** With a name, it is prepared by each connection that sees it for the first time. */
export interface NamedQuery {
  name?: string | undefined
  text: string
  values?: unknown[]
}

/** @param patience how long the answer may take in milliseconds; it may be `Infinity` */
export type Query = (query: NamedQuery, patience: number) => Promise<readonly Row[]>

/** A client of PostgreSQL, as statements alone and statements in a transaction. */
export interface Connections {
  readonly query: Query
  readonly begin: <Result>(body: (query: Query) => Promise<Result>) => Promise<Result>
}
