import type { Dialect } from './dialect.ts'

/** A condition for a column whose value a query gives. The query is run once, and its table is asked by an index. */
export const AMONG: Readonly<Record<Dialect, (query: string) => string>> = {
  // IN would run the query for each row again where the planner likes it, and lock other rows each time; or go through the table.
  postgres: (query) => `= ANY (ARRAY(${query}))`,
  sqlite: (query) => `IN (${query})`,
}
