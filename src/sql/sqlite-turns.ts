import { elapsed, setTimeout } from '../timers.ts'

/**
 * Runs what needs a lock of SQLite: at once, or when whoever has the lock has given it back. SQLite itself would wait for it by
 * sleeping, and the whole process with it; here it is tried again every millisecond, and others are served in between.
 *
 * @param patience milliseconds after which it is given up: it rejects with the error of SQLite, and `body` does not run any more
 */
export type Turns = <Result>(body: () => Result, patience: number) => Promise<Result>

interface Waiter {
  /** By `elapsed()`. */
  readonly until: number
  /** `false` where somebody else has the lock. */
  readonly attempt: () => boolean
  readonly giveUp: () => void
}

/** How long those who waited may work, one after the other, before others of the process are served. */
const SLICE_MILLISECONDS = 10
/**
 * Milliseconds until the next look, as short as timers go: a process that writes without a pause lets go of the lock for less than
 * that, and whoever looks seldom waits long.
 */
const PAUSE = 1

/** Whoever came first has the first turn. */
export function createTurns(): Turns {
  const waiting = new Set<Waiter>()
  let locked: unknown

  const look = (): void => {
    const end = elapsed() + SLICE_MILLISECONDS
    let isLocked = false
    for (const waiter of waiting) {
      if (waiter.until <= elapsed()) waiter.giveUp()
      else if (isLocked || elapsed() > end) continue
      else if (!waiter.attempt()) {
        isLocked = true
        continue
      }
      waiting.delete(waiter)
    }
    if (waiting.size > 0) setTimeout(look, PAUSE)
  }

  return (body, patience) =>
    new Promise((resolve, reject) => {
      const attempt = (): boolean => {
        try {
          resolve(body())
        } catch (error) {
          if (isBusy(error)) {
            locked = error
            return false
          }
          reject(error)
        }
        return true
      }
      if (waiting.size === 0 && attempt()) return
      waiting.add({ until: elapsed() + patience, attempt, giveUp: () => reject(locked) })
      if (waiting.size === 1) setTimeout(look, PAUSE)
    })
}

const SQLITE_BUSY = 5
/** SQLITE_LOCKED of connections that share a cache. */
const SQLITE_LOCKED_SHAREDCACHE = 262

/** `node:sqlite` has a number, of which the last byte says it, and better-sqlite3 the name. */
function isBusy(error: unknown): boolean {
  // By its looks, because it may come from another realm.
  const { code, errcode }: { readonly code?: unknown; readonly errcode?: unknown } = Object(error)
  if (typeof errcode === 'number') return (errcode & 0xff) === SQLITE_BUSY || errcode === SQLITE_LOCKED_SHAREDCACHE
  return typeof code === 'string' && /^SQLITE_(?:BUSY|LOCKED_SHAREDCACHE)/.test(code)
}
