import type { RefusedReason } from '../errors.ts'
import { isJsonObject } from '../serializers/plain.ts'
import type { JsonObject } from '../serializers/serializer.ts'
import type { Loaded } from '../session/host.ts'
import type { Budget } from '../session/ledger.ts'
import type { Outcome } from '../session/outcome.ts'
import { IDENTITY_KEY } from '../session/reserved-keys.ts'
import type { SessionState } from '../session/state.ts'
import { ticketIn } from './ticket.ts'
import type { OpenedCookie, Persistence, PersistenceHost, Visit } from './persistence.ts'

/** Sessions that live in the cookie: nothing to wait for, on the way in or out. */
export function inCookie(host: PersistenceHost): Persistence {
  return {
    fetches: false,
    visit: (header) => new CookieVisit(host, header),
  }
}

class CookieVisit implements Visit {
  readonly #host: PersistenceHost
  readonly #header: string | undefined

  constructor(host: PersistenceHost, header: string | undefined) {
    this.#host = host
    this.#header = header
  }

  get budget(): Budget {
    return this.#host.cookieBudget
  }

  fetch(): undefined {
    return undefined
  }

  load(): Loaded {
    const opened = this.#host.openCookie(this.#header)
    if (opened.record === undefined) return refuseRivals(opened, this.#host)
    // It names a session in a store, and there is none.
    if (ticketIn(opened.record.data) !== undefined) return this.#host.refuse('not-found')
    return loadCookie(opened, this.#host)
  }

  commit(state: SessionState): Outcome {
    return state.outcome()
  }
}

/** Of several that counted by themselves nobody can say which one is meant, and the operator has not heard of it. */
function refuseRivals(opened: OpenedCookie, host: PersistenceHost): Loaded {
  if (opened.record !== undefined || opened.others === undefined) return opened
  return refuseAll(
    host,
    opened.refused,
    opened.others.map(({ record }) => record.data),
  )
}

/** No session, of several; whoever is signed in by any of them can be signed out of it. */
export function refuseAll(host: PersistenceHost, reason: RefusedReason, sessions: readonly JsonObject[]): Loaded {
  host.refuse(reason)
  const rivals = sessions.map((data) => data[IDENTITY_KEY]).filter(isJsonObject)
  return { record: undefined, refused: reason, rivals }
}

/** The session that a cookie holds. What another library fits into its cookie may be too much for ours. */
export function loadCookie(opened: OpenedCookie, host: PersistenceHost): Loaded {
  if (opened.record === undefined) return refuseRivals(opened, host)
  const loaded = host.validate(opened.record, opened.stale)
  const mayOverflow = opened.moveIn !== undefined && loaded.record !== undefined
  return mayOverflow && !fitsCookie(loaded.record.data, host) ? host.refuse('too-large') : loaded
}

export function fitsCookie(data: JsonObject, { cookieBudget }: PersistenceHost): boolean {
  return cookieBudget.bytes(Buffer.byteLength(JSON.stringify(data))) <= cookieBudget.limit
}
