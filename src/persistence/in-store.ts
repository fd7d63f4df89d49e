import { SessionError } from '../errors.ts'
import { nullObject } from '../serializers/plain.ts'
import type { Loaded, SessionRecord } from '../session/host.ts'
import type { Budget } from '../session/ledger.ts'
import { expiry, slideIsDue } from '../session/lifetime.ts'
import type { Outcome, Write } from '../session/outcome.ts'
import { TICKET_KEY } from '../session/reserved-keys.ts'
import type { SessionState } from '../session/state.ts'
import type { SessionStore } from '../stores/store.ts'
import { createAskingStore, type AskingStore } from './asking-store.ts'
import { dataOf, difference, entriesOf, textsOf, type Entries } from './entries.ts'
import type { MoveIn, OpenedCookie, Persistence, PersistenceHost, Visit } from './persistence.ts'
import { storedTimes } from './stored-times.ts'
import { createStoreBudget } from './store-budget.ts'
import { newTicket, renewedTicket, storeId, ticketIn, type Ticket } from './ticket.ts'

/** Sessions that live in a store, while the cookie carries a ticket. */
export function inStore(host: PersistenceHost, store: SessionStore, moveIn?: MoveIn): Persistence {
  const parts = connectStore(host, store, moveIn)
  return { fetches: true, visit: (header) => new StoreVisit(parts, host.openCookie(header)) }
}

/** What the visits of a store share. */
export interface StoreParts {
  readonly host: PersistenceHost
  readonly store: AskingStore
  readonly budget: Budget
  readonly moveIn: MoveIn | undefined
}

export function connectStore(host: PersistenceHost, store: SessionStore, moveIn?: MoveIn): StoreParts {
  const budget = createStoreBudget(store, (bytes) => host.emit({ type: 'overflow', bytes }))
  const asking = createAskingStore(store, host.storeTimeoutSeconds, () => host.emit({ type: 'store-unavailable' }))
  return { host, store: asking, budget, moveIn }
}

const NOTHING: Outcome = { verb: 'nothing' }
const NO_ENTRIES: Entries = new Map()

export class StoreVisit implements Visit {
  readonly budget: Budget
  readonly #host: PersistenceHost
  readonly #store: AskingStore
  readonly #moveIn: MoveIn | undefined
  /** What the cookie holds: a ticket, where it is one of ours. */
  readonly #opened: Loaded
  #loaded: Loaded | undefined
  /** Why it could not be fetched. An error page may ask for the session all the same. */
  #failure: unknown
  /** The ticket of the session that was found. */
  #ticket: Ticket | undefined
  /** What the store knows it by. */
  #id = ''
  /** What the store held when the request came. */
  #before: Entries = NO_ENTRIES

  constructor({ host, store, budget, moveIn }: StoreParts, opened: OpenedCookie) {
    this.#host = host
    this.#store = store
    this.#moveIn = opened.moveIn ?? moveIn
    this.#opened = opened
    this.budget = budget
  }

  fetch(): Promise<void> | undefined {
    const opened = this.#opened
    if (opened.record === undefined) {
      this.#loaded = opened
      return undefined
    }
    return this.#find(opened.record, opened.stale).catch((error: unknown) => {
      this.#failure = error
      throw error
    })
  }

  load(): Loaded {
    if (this.#loaded !== undefined) return this.#loaded
    if (this.#failure !== undefined) throw this.#failure
    throw new SessionError(
      'ERR_OPTIONS',
      'This session lives in a store and was not fetched. Adapters wait for exchange.load() before the handler; outside of a request, use await sessions.load(cookieHeader).',
    )
  }

  commit(state: SessionState): Outcome | Promise<Outcome> {
    const outcome = state.outcome()
    // Of a session that was never there nobody knows what would end with it: the cookie stays as it is.
    if (outcome.verb === 'nothing' || this.#failure !== undefined) return NOTHING
    const ticket = this.#ticket
    if (outcome.verb === 'expire') return ticket === undefined ? outcome : this.#end(outcome)
    if (ticket === undefined || outcome.origin === 'new') return this.#begin(outcome)
    if (outcome.origin === 'instead') return this.#beginInstead(outcome)
    return outcome.because === 'resealed' ? inCookieOnly(outcome, ticket) : this.#goOn(ticket, outcome)
  }

  async #find(cookie: SessionRecord, stale: boolean): Promise<void> {
    const { now, lifetime, refuse, validate } = this.#host
    const carried = ticketIn(cookie.data)
    const ticket = carried ?? (await this.#moveIn?.(cookie, this.#store, this.#host))
    if (ticket === undefined) {
      this.#loaded = refuse('not-found')
      return
    }
    const storedId = storeId(ticket)
    const stored = await this.#store.read((store) => store.find(storedId))
    if (stored === undefined) {
      this.#loaded = refuse('not-found')
      return
    }
    const reason = expiry(stored, lifetime, now())
    const data = dataOf(stored.entries)
    if (reason !== undefined || data === undefined) {
      this.#loaded = refuse(reason ?? 'malformed')
      return
    }
    this.#ticket = ticket
    this.#id = storedId
    this.#before = stored.entries
    const { id, slid, persistent } = cookie
    const texts = lazily(() => textsOf(stored.entries))
    const record = { id, created: stored.created, slid, persistent, data, texts }
    this.#loaded = validate(record, stale || carried === undefined)
  }

  async #end(outcome: Outcome): Promise<Outcome> {
    await this.#store.change((store) => store.delete(this.#id))
    return outcome
  }

  async #begin(outcome: Write, entries = entriesOf(outcome.record.data)): Promise<Outcome> {
    const ticket = newTicket()
    const { record } = outcome
    const session = { ...storedTimes(record, this.#host), created: record.created, entries }
    await this.#store.change((store) => store.insert(storeId(ticket), session, record.slid))
    return inCookieOnly(outcome, ticket)
  }

  /** First the new one: should the store fail in between, the visitor still has the old one. */
  async #beginInstead(outcome: Write): Promise<Outcome> {
    const begun = await this.#begin(outcome)
    await this.#end(outcome)
    return begun
  }

  /** Writes what this request changed to the session that it was read from, if that is still there. */
  async #goOn(ticket: Ticket, outcome: Write): Promise<Outcome> {
    const { record, because } = outcome
    const after = entriesOf(record.data, record.texts?.())
    const renewed = because === 'renewed' ? renewedTicket(ticket) : undefined
    const change = {
      ...difference(this.#before, after, outcome.additions),
      ...storedTimes(record, this.#host),
      ...(renewed === undefined ? {} : { created: record.created, newId: storeId(renewed) }),
    }
    const isThere = await this.#store.change((store) => store.update(this.#id, change, record.slid))
    if (isThere) return this.#isCookieDue(outcome) ? inCookieOnly(outcome, renewed ?? ticket) : NOTHING
    // Signing in counts by itself, whatever became of the session before it. What that one held stays behind.
    const own = [...after].filter(([name]) => change.set.has(name) || change.add.has(name))
    if (outcome.isSignIn) return this.#begin(outcome, new Map(own))
    if (because === 'changed' || because === 'renewed') this.#host.emit({ type: 'late-write' })
    // No cookie either: the browser may have a newer one by now.
    return NOTHING
  }

  /** A cookie that says the same is not sent: each one more is one that may come late and undo what another response set. */
  #isCookieDue({ because, isTouched }: Write): boolean {
    const { lifetime, now } = this.#host
    if (because !== 'changed' || isTouched || this.#loaded?.record === undefined) return true
    return this.#loaded.stale || slideIsDue(this.#loaded.record, lifetime, now())
  }
}

/** The outcome for the cookie, which carries the ticket alone. */
function inCookieOnly(outcome: Write, ticket: Ticket): Outcome {
  const data = Object.assign(nullObject(), { [TICKET_KEY]: ticket })
  return { ...outcome, record: { ...outcome.record, data, texts: undefined } }
}

/** Makes something when it is first asked for. */
function lazily<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => (made ??= make())
}
