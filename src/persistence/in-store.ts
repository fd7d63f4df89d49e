import type { Candidate } from '../cookies/candidates.ts'
import { SessionError, type RefusedReason } from '../errors.ts'
import { nullObject } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'
import type { Loaded, SessionRecord } from '../session/host.ts'
import type { Budget } from '../session/ledger.ts'
import { expiry, slideIsDue } from '../session/lifetime.ts'
import type { Outcome, Write } from '../session/outcome.ts'
import { IDENTITY_KEY, INSTEAD_KEY, TICKET_KEY } from '../session/reserved-keys.ts'
import type { SessionState } from '../session/state.ts'
import type { SessionStore, StoredSession } from '../stores/store.ts'
import { createAskingStore, type AskingStore } from './asking-store.ts'
import { dataOf, difference, entriesOf, textsOf, type Entries } from './entries.ts'
import { refuseAll } from './in-cookie.ts'
import type { MoveIn, OpenedCookie, Persistence, PersistenceHost, Visit } from './persistence.ts'
import { addProof, proofOf } from './proof.ts'
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

/** A session that the store knows. */
interface Found {
  readonly ticket: Ticket
  readonly id: string
  readonly stored: StoredSession
  readonly data: JsonObject
  /** Whether its cookie is written anew: the session lived in it until now, or it lacks the proof of who is signed in. */
  readonly isStale: boolean
}

const NOTHING: Outcome = { verb: 'nothing' }
const NO_ENTRIES: Entries = new Map()

export class StoreVisit implements Visit {
  readonly budget: Budget
  readonly #host: PersistenceHost
  readonly #store: AskingStore
  readonly #moveIn: MoveIn | undefined
  /** What the cookie holds: a ticket, where it is one of ours. */
  readonly #opened: OpenedCookie
  #loaded: Loaded | undefined
  /** Why it could not be fetched. An error page may ask for the session all the same. */
  #failure: unknown
  /** The ticket of the session that was found. */
  #ticket: Ticket | undefined
  /** What the store knows it by. */
  #id = ''
  /** What the store held when the request came. */
  #before: Entries = NO_ENTRIES
  /** Whose place it takes, as its cookie says. */
  #instead: Json | undefined

  constructor({ host, store, budget, moveIn }: StoreParts, opened: OpenedCookie) {
    this.#host = host
    this.#store = store
    this.#moveIn = opened.moveIn ?? moveIn
    this.#opened = opened
    this.budget = budget
  }

  fetch(): Promise<void> | undefined {
    const finding = this.#finding()
    if (finding === undefined) {
      this.#loaded = this.#opened
      return undefined
    }
    return finding.catch((error: unknown) => {
      this.#failure = error
      throw error
    })
  }

  #finding(): Promise<void> | undefined {
    const opened = this.#opened
    if (opened.record !== undefined) return this.#find(opened.record, opened.stale)
    return opened.others && this.#findAmong(opened.others)
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
    if (outcome.verb === 'expire') return this.#end(outcome)
    if (ticket === undefined || outcome.origin === 'new') return this.#begin(outcome)
    if (outcome.origin === 'instead') return this.#beginInstead(outcome)
    if (outcome.because === 'resealed') return this.#inCookieOnly(outcome, ticket)
    const written = this.#goOn(ticket, outcome)
    return outcome.because === 'slide' || outcome.because === 'migrated' ? written.catch(forgiven) : written
  }

  async #find(cookie: SessionRecord, stale: boolean): Promise<void> {
    this.#keep(cookie, stale, await this.#lookUp(cookie, this.#opened.text))
  }

  /** Of several that were sealed for themselves, the only one that the store still knows. */
  async #findAmong(rivals: readonly Candidate[]): Promise<void> {
    const lookedUp = await Promise.all(
      rivals.map(async (rival) => ({ rival, found: await this.#lookUp(rival.record, rival.text) })),
    )
    const known = lookedUp.flatMap(({ rival, found }) => (typeof found === 'string' ? [] : [{ rival, found }]))
    const [first, ...others] = known
    if (first === undefined || others.length > 0) {
      const reason = first === undefined ? 'not-found' : 'duplicate'
      this.#loaded = refuseAll(
        this.#host,
        reason,
        known.map(({ found }) => found.data),
      )
      return
    }
    this.#keep(first.rival.record, this.#host.noteSecret(first.rival), first.found)
  }

  /** What the store holds for a cookie, or why that does not count. */
  async #lookUp(cookie: SessionRecord, text = ''): Promise<Found | RefusedReason> {
    const ticket = await this.#ticketOf(cookie, text)
    if (ticket === undefined) return 'not-found'
    const id = storeId(ticket)
    const stored = await this.#store.read((store) => store.find(id))
    if (stored === undefined) return 'not-found'
    const reason = expiry(stored, this.#host.lifetime, this.#host.now())
    if (reason !== undefined) return reason
    const data = dataOf(stored.entries)
    if (data === undefined) return 'malformed'
    const proof = proofOf(cookie.data[IDENTITY_KEY])
    // The store had the proof once. The cookie gets it before the next write takes it away there.
    const isProofStored = proof === undefined && proofOf(data[IDENTITY_KEY]) !== undefined
    addProof(data[IDENTITY_KEY], proof)
    const isStale = isProofStored || ticketIn(cookie.data) === undefined
    return { ticket, id, stored, data, isStale }
  }

  /** The ticket that a cookie carries, or that its session gets by moving in. */
  async #ticketOf(cookie: SessionRecord, text: string): Promise<Ticket | undefined> {
    return ticketIn(cookie.data) ?? this.#moveIn?.(cookie, text, this.#store, this.#host)
  }

  #keep({ id, slid, persistent, data: cookie }: SessionRecord, stale: boolean, found: Found | RefusedReason): void {
    if (typeof found === 'string') {
      this.#loaded = this.#host.refuse(found)
      return
    }
    const { stored, data } = found
    this.#ticket = found.ticket
    this.#id = found.id
    this.#before = stored.entries
    this.#instead = cookie[INSTEAD_KEY]
    const texts = lazily(() => textsOf(stored.entries))
    const record = { id, created: stored.created, slid, persistent, data, texts }
    this.#loaded = this.#host.validate(record, stale || found.isStale)
  }

  /** Ends every session that the request brought: one that is left would count as soon as this one does not. */
  async #end(outcome: Outcome): Promise<Outcome> {
    const others = this.#opened.others ?? []
    const tickets = await Promise.all(others.map(({ record, text }) => this.#ticketOf(record, text)))
    const ids = new Set([this.#ticket, ...tickets].filter((ticket) => ticket !== undefined).map(storeId))
    if (ids.size > 0) await this.#store.change((store) => Promise.all(Array.from(ids, (id) => store.delete(id))))
    return outcome
  }

  async #begin(outcome: Write, entries = entriesOf(outcome.record.data)): Promise<Outcome> {
    const ticket = newTicket()
    const { record } = outcome
    const session = { ...storedTimes(record, this.#host), created: record.created, entries }
    await this.#store.change((store) => store.insert(storeId(ticket), session, record.slid))
    return this.#inCookieOnly(outcome, ticket)
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
    if (isThere) return this.#isCookieDue(outcome) ? this.#inCookieOnly(outcome, renewed ?? ticket) : NOTHING
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
    const mayRepeat = because === 'changed' || because === 'migrated'
    if (!mayRepeat || isTouched || this.#loaded?.record === undefined) return true
    return this.#loaded.stale || slideIsDue(this.#loaded.record, lifetime, now())
  }

  /** The outcome for the cookie, which carries the ticket, and of whoever is signed in what no store may know. */
  #inCookieOnly(outcome: Write, ticket: Ticket): Outcome {
    const data = Object.assign(nullObject(), { [TICKET_KEY]: ticket })
    const proof = proofOf(outcome.record.data[IDENTITY_KEY])
    if (proof !== undefined) data[IDENTITY_KEY] = proof
    if (this.#instead !== undefined) data[INSTEAD_KEY] = this.#instead
    return { ...outcome, record: { ...outcome.record, data, texts: undefined } }
  }
}

/** The request only read. A store that is full, or read-only for a while, must not cost it its answer: what is due stays due. */
function forgiven(error: unknown): Outcome {
  if (error instanceof SessionError && error.code === 'ERR_STORE_UNAVAILABLE') return NOTHING
  throw error
}

/** Makes something when it is first asked for. */
function lazily<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => (made ??= make())
}
