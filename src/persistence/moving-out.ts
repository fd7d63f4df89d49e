import { nullObject } from '../serializers/plain.ts'
import type { Loaded } from '../session/host.ts'
import type { Budget } from '../session/ledger.ts'
import type { Outcome } from '../session/outcome.ts'
import { FORMER_TICKET_KEY } from '../session/reserved-keys.ts'
import type { SessionState } from '../session/state.ts'
import type { SessionStore } from '../stores/store.ts'
import type { AskingStore } from './asking-store.ts'
import { fitsCookie, loadCookie } from './in-cookie.ts'
import { connectStore, StoreVisit, type StoreParts } from './in-store.ts'
import type { OpenedCookie, Persistence, PersistenceHost, Visit } from './persistence.ts'
import { formerTicketIn, storeId, ticketIn, withoutFormerTicket, type Ticket } from './ticket.ts'

/**
 * Sessions that move out of a store into the cookie, each when its visitor comes. One that is too large for a cookie stays
 * where it is. What moved stays in the store too until it ends, for the sake of parallel requests that still carry its ticket;
 * the cookie remembers that ticket, so that ending the session ends both.
 */
export function movingOut(host: PersistenceHost, from: SessionStore): Persistence {
  const parts = connectStore(host, from)
  return { fetches: true, visit: (header) => new MovingOut(parts, host.openCookie(header)) }
}

class MovingOut implements Visit {
  readonly #host: PersistenceHost
  readonly #from: AskingStore
  readonly #stored: Visit
  readonly #opened: OpenedCookie
  #loaded: Loaded | undefined
  #former: Ticket | undefined

  constructor(parts: StoreParts, opened: OpenedCookie) {
    this.#host = parts.host
    this.#from = parts.store
    this.#stored = new StoreVisit(parts, opened)
    this.#opened = opened
  }

  /** Without one of its own, the session is too large for a cookie and stays in the store. */
  get #lives(): 'in the cookie' | 'in the store' {
    return this.#loaded === undefined ? 'in the store' : 'in the cookie'
  }

  get budget(): Budget {
    return this.#lives === 'in the cookie' ? this.#host.cookieBudget : this.#stored.budget
  }

  fetch(): Promise<void> | undefined {
    const opened = this.#opened
    const ticket = opened.record && ticketIn(opened.record.data)
    if (ticket !== undefined) return this.#moveOut(ticket)
    this.#former = opened.record && formerTicketIn(opened.record.data)
    this.#loaded = loadCookie(opened, this.#host)
    return undefined
  }

  load(): Loaded {
    return this.#loaded ?? this.#stored.load()
  }

  commit(state: SessionState): Outcome | Promise<Outcome> {
    if (this.#lives === 'in the store') return this.#stored.commit(state)
    const outcome = state.outcome()
    if (this.#former === undefined || outcome.verb === 'nothing') return outcome
    if (outcome.verb === 'write' && outcome.origin !== 'instead' && outcome.because !== 'renewed') return outcome
    return this.#endFormer(this.#former, outcome)
  }

  async #moveOut(ticket: Ticket): Promise<void> {
    await this.#stored.fetch()
    const loaded = this.#stored.load()
    if (loaded.record === undefined) {
      this.#loaded = loaded
      return
    }
    const data = Object.assign(nullObject(), loaded.record.data, { [FORMER_TICKET_KEY]: ticket })
    if (!fitsCookie(data, this.#host)) return
    this.#former = ticket
    this.#loaded = { ...loaded, record: { ...loaded.record, data, texts: undefined }, stale: true }
  }

  async #endFormer(ticket: Ticket, outcome: Outcome): Promise<Outcome> {
    await this.#from.change((store) => store.delete(storeId(ticket)))
    if (outcome.verb !== 'write') return outcome
    const { record } = outcome
    return { ...outcome, record: { ...record, data: withoutFormerTicket(record.data) } }
  }
}
