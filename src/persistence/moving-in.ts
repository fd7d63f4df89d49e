import type { SessionStore } from '../stores/store.ts'
import { entriesOf } from './entries.ts'
import { inStore, timesOf, type MoveIn } from './in-store.ts'
import { MovingStore } from './moving-store.ts'
import type { Persistence, PersistenceHost } from './persistence.ts'
import { formerTicketIn, storeId, ticketOfCookie, withoutFormerTicket } from './ticket.ts'

/** Sessions that move into a store, each when its visitor comes: from another store, or from the cookie. */
export function movingIn(host: PersistenceHost, to: SessionStore, from: SessionStore | undefined): Persistence {
  const { lifetime, now } = host
  const store = new MovingStore(to, from, { now, longestSeconds: lifetime.absoluteSeconds })
  return inStore(host, store, from === undefined ? moveOutOfTheCookie(host) : undefined)
}

/**
 * Parallel requests with the same cookie move it to the same place, and one of them makes it. A cookie that its session moved
 * into not long ago is newer than what it left behind in the store, which ends here.
 */
function moveOutOfTheCookie(host: PersistenceHost): MoveIn {
  return async (record, asking) => {
    const former = formerTicketIn(record.data)
    const ticket = ticketOfCookie(record.id, former)
    const entries = entriesOf(withoutFormerTicket(record.data))
    const session = { ...timesOf(record, host), created: record.created, entries }
    await asking.change((store) => store.insert(storeId(ticket), session, host.now()))
    if (former !== undefined) await asking.change((store) => store.delete(storeId(former)))
    return ticket
  }
}
