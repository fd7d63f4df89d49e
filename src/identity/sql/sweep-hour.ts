import type { Dialect } from '../../sql/dialect.ts'

/** The end of the hour in which a record expires, in SQL. */
export const HOUR_END = '(idle_expires_at + 3599999) / 3600000 * 3600000'

/**
 * What is indexed instead of the time at which a record expires. PostgreSQL keeps a new version of a row in its page, without
 * writing an index, as long as no column changed that an index has to do with; so there it is a column. SQLite writes the index
 * in any case, and the old place and the new one are on one page of it.
 */
export const SWEEP_AFTER: Readonly<Record<Dialect, string>> = { postgres: 'sweep_after', sqlite: HOUR_END }

/** What it is of a record that expires then. @param time milliseconds since 1970 */
export function sweepAfter(time: number): number {
  return Math.ceil(time / 3_600_000) * 3_600_000
}
