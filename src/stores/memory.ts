import cluster from 'node:cluster'
import { SessionError } from '../errors.ts'
import { applyChange } from './apply-change.ts'
import type { SessionChange, SessionStore, StoredSession, SweepOptions } from './store.ts'

export interface MemoryStoreOptions {
  /**
   * Says that sessions may be lost: at every restart and deploy, and whenever another process answers. Without it the store
   * refuses to start in a worker of `node:cluster` and where `NODE_ENV` is `production`. Default `false`.
   */
  readonly allowDataLoss?: boolean | undefined
  /** The most bytes of JSON that one session may take. Default 65,536. */
  readonly maxBytes?: number | undefined
}

/**
 * Sessions in the memory of this process: for tests, and for development on one process. In Next.js all stores of the process
 * are one, because it runs a module again for the proxy, for pages and for routes, and whenever its file is saved.
 *
 * @throws `ERR_OPTIONS` in a worker of `node:cluster`, and where `NODE_ENV` is `production`
 */
export function memoryStore({ allowDataLoss = false, maxBytes }: MemoryStoreOptions = {}): SessionStore {
  if (!allowDataLoss) refuseToForget()
  return new MemoryStore(process.env['NEXT_RUNTIME'] === undefined ? new Map() : memoryOfProcess(), maxBytes)
}

const MEMORY: unique symbol = Symbol.for('coatcheck.memory')

function memoryOfProcess(): Map<string, StoredSession> {
  const shared = globalThis as { [MEMORY]?: Map<string, StoredSession> } // as: nobody else has that symbol
  return (shared[MEMORY] ??= new Map())
}

function refuseToForget(): void {
  if (cluster.isWorker) {
    throw refuse(
      'in a worker of node:cluster',
      'each process has a memory of its own, so a visitor is signed out whenever another one answers.',
    )
  }
  if (process.env['NODE_ENV'] === 'production') {
    throw refuse('where NODE_ENV is production', 'every restart and every deploy signs everybody out.')
  }
}

function refuse(where: string, what: string): SessionError {
  return new SessionError(
    'ERR_OPTIONS',
    `memoryStore ${where}: ${what} Use a store that all processes share, as redisStore, postgresStore or sqliteStore, or keep sessions in the cookie. If sessions may be lost, say memoryStore({ allowDataLoss: true }).`,
  )
}

/** So many sessions at least before expired ones are looked for. */
const FEWEST_TO_SWEEP = 1000

class MemoryStore implements SessionStore {
  readonly name = 'memory'
  readonly maxBytes: number | undefined
  readonly #sessions: Map<string, StoredSession>
  #sweepAt = FEWEST_TO_SWEEP

  constructor(sessions: Map<string, StoredSession>, maxBytes: number | undefined) {
    this.#sessions = sessions
    this.maxBytes = maxBytes
  }

  async find(id: string): Promise<StoredSession | undefined> {
    return this.#sessions.get(id)
  }

  async insert(id: string, session: StoredSession, now: number): Promise<boolean> {
    if (this.#isAlive(id, now)) return false
    if (this.#sessions.size >= this.#sweepAt) {
      await this.sweep({ now, limit: Number.POSITIVE_INFINITY })
      // Looking at all of them each time they have doubled costs a few steps for each insert.
      this.#sweepAt = Math.max(FEWEST_TO_SWEEP, this.#sessions.size * 2)
    }
    this.#sessions.set(id, { ...session, entries: new Map(session.entries) })
    return true
  }

  async update(id: string, change: SessionChange, now: number): Promise<boolean> {
    const session = this.#sessions.get(id)
    if (session === undefined || !this.#isAlive(id, now)) return false
    const { created = session.created, slid, expiresAt, newId = id } = change
    this.#sessions.delete(id)
    // Another map, because the old one may be in the hands of whoever found it.
    this.#sessions.set(newId, { created, slid, expiresAt, entries: applyChange(session.entries, change) })
    return true
  }

  async delete(id: string): Promise<void> {
    this.#sessions.delete(id)
  }

  async sweep({ now, limit }: SweepOptions): Promise<number> {
    let swept = 0
    for (const [id, { expiresAt }] of this.#sessions) {
      if (swept >= limit) break
      if (expiresAt > now) continue
      this.#sessions.delete(id)
      swept++
    }
    return swept
  }

  #isAlive(id: string, now: number): boolean {
    const session = this.#sessions.get(id)
    return session !== undefined && session.expiresAt > now
  }
}
