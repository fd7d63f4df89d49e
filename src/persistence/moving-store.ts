import type { SessionChange, SessionStore, StoredSession } from '../stores/store.ts'
import { timeLeft } from '../stores/time-left.ts'
import { endedId } from './ticket.ts'

interface MovingHost {
  /** Whole seconds since 1970. */
  readonly now: () => number
  /** For how long a session that was not moved yet could still come up. */
  readonly longestSeconds: number
}

/**
 * A store that sessions are moving into: what it does not hold is taken over from the store before it, once.
 *
 * A session that was ended here must not be moved in again by a request that read it where it was before. So whoever ends a
 * session, or gives it a new id, first notes that the old id has ended; and whoever moved one in looks for such a note
 * afterwards and takes the session out again. Whichever of the two comes first, one of them sees the other.
 */
export class MovingStore implements SessionStore {
  readonly name: string
  readonly maxBytes: number | undefined
  readonly #to: SessionStore
  readonly #from: SessionStore | undefined
  readonly #host: MovingHost

  /** @param from the store before it; left out where sessions lived in the cookie */
  constructor(to: SessionStore, from: SessionStore | undefined, host: MovingHost) {
    this.name = to.name
    this.maxBytes = to.maxBytes
    this.#to = to
    this.#from = from
    this.#host = host
  }

  async find(id: string, patience?: number): Promise<StoredSession | undefined> {
    const left = timeLeft(patience)
    const found = await this.#to.find(id, left())
    if (found !== undefined || this.#from === undefined) return found
    const former = await this.#from.find(id, left())
    const now = this.#host.now()
    // What has expired stays where it is.
    if (former === undefined || former.expiresAt <= now) return former
    await this.insert(id, former, now, left())
    return this.#to.find(id, left())
  }

  async insert(id: string, session: StoredSession, now: number, patience?: number): Promise<boolean> {
    const left = timeLeft(patience)
    const isOurs = await this.#to.insert(id, session, now, left())
    // From here on it is finished, whoever still waits: what has ended must not stay.
    if (!isOurs || (await this.#to.find(endedId(id))) === undefined) return isOurs
    await this.#to.delete(id)
    return false
  }

  async update(id: string, change: SessionChange, now: number, patience?: number): Promise<boolean> {
    const left = timeLeft(patience)
    if (change.newId !== undefined) await this.#noteEnd(id, left())
    const did = await this.#to.update(id, change, now, left())
    if (change.newId !== undefined) await this.#from?.delete(id)
    return did
  }

  async delete(id: string, patience?: number): Promise<void> {
    await this.#noteEnd(id, patience)
    // What was noted as ended is ended, whoever still waits.
    await this.#to.delete(id)
    await this.#from?.delete(id)
  }

  async #noteEnd(id: string, patience?: number): Promise<void> {
    const now = this.#host.now()
    const note = { created: now, slid: now, expiresAt: now + this.#host.longestSeconds, entries: new Map() }
    await this.#to.insert(endedId(id), note, now, patience)
  }
}
