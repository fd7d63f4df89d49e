import { elapsed } from '../timers.ts'
import type { Row } from './driver.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

type Running = <Result>(body: () => Result) => Result

/** How long, in milliseconds, the settings of a connection count as known. To ask for one costs more than to find a session. */
const KNOWN_MILLISECONDS = 1

/**
 * Runs statements that do not sleep while another process has a lock, whatever `busy_timeout` the application gave the
 * connection for its own statements; that one is in force again when they are done.
 */
export function withoutSleeping(database: SqliteDatabase): { readonly reading: Running; readonly writing: Running } {
  let timeout = 0
  let askedAt = Number.NEGATIVE_INFINITY
  let isLogged = false

  const running =
    (isReading: boolean): Running =>
    (body) => {
      // With a write-ahead log nobody who reads waits, and no other connection can do away with the log while this one is there.
      if (isReading && isLogged) return body()
      const now = elapsed()
      const isKnown = now - askedAt <= KNOWN_MILLISECONDS
      if (!isKnown) {
        timeout = Number(setting(database, 'busy_timeout'))
        askedAt = now
      }
      if (timeout === 0 || !isSet(database)) return body()
      try {
        if (isReading && !isKnown) isLogged = setting(database, 'journal_mode') === 'wal'
        return body()
      } finally {
        database.exec(`PRAGMA busy_timeout = ${timeout}`)
      }
    }

  return { reading: running(true), writing: running(false) }
}

/** better-sqlite3 sets nothing while the application goes through rows of its own. */
function isSet(database: SqliteDatabase): boolean {
  try {
    database.exec('PRAGMA busy_timeout = 0')
    return true
  } catch {
    return false
  }
}

function setting(database: SqliteDatabase, name: string): unknown {
  const [row] = database.prepare(`PRAGMA ${name}`).all() as Row[] // as: a pragma gives one row
  return Object.values(row ?? {})[0]
}
