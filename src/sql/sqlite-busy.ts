/**
 * Does something that needs a lock of SQLite, again and again as long as others get it.
 *
 * SQLite asks for a lock every tenth of a second, and whoever asks at the right moment has it: among many writers, one may go
 * without for all of its `busy_timeout`. That is bad luck while others are served, and an error when nobody is.
 *
 * @param versionOf what is another value once somebody else has written; `undefined` where that is not known
 */
export function whileOthersAreServed(versionOf: () => unknown): <Result>(body: () => Result) => Promise<Result> {
  let seen: unknown
  return async (body) => {
    for (;;) {
      try {
        return body()
      } catch (error) {
        if (!isBusy(error)) throw error
        const version = versionOf()
        if (version === undefined || version === seen) throw error
        seen = version
      }
      // Others in this process have waited, too.
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

const SQLITE_BUSY = 5

/** `node:sqlite` has a number, of which the last byte counts, and better-sqlite3 the name. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, errcode } = error as Error & { code?: unknown; errcode?: unknown } // as: errors of both have them
  if (typeof errcode === 'number') return (errcode & 0xff) === SQLITE_BUSY
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY')
}
