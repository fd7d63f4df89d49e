import { elapsed } from '../timers.ts'
import type { Row } from './driver.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

/** How long, in milliseconds, the setting of a connection counts as known. To ask for it costs more than to find a session. */
const KNOWN_MILLISECONDS = 1

/**
 * Runs statements that do not sleep while another process has a lock, whatever `busy_timeout` the application gave the
 * connection for its own statements; that one is in force again when they are done.
 */
export function withoutSleeping(database: SqliteDatabase): <Result>(body: () => Result) => Result {
  let timeout = 0
  let askedAt = Number.NEGATIVE_INFINITY
  return (body) => {
    const now = elapsed()
    if (now - askedAt > KNOWN_MILLISECONDS) {
      timeout = busyTimeout(database)
      askedAt = now
    }
    if (timeout === 0 || !isSet(database)) return body()
    try {
      return body()
    } finally {
      database.exec(`PRAGMA busy_timeout = ${timeout}`)
    }
  }
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

function busyTimeout(database: SqliteDatabase): number {
  const [row] = database.prepare('PRAGMA busy_timeout').all() as Row[] // as: a pragma gives one row
  return Number(Object.values(row ?? {})[0])
}
