import { entriesOf } from './entries.ts'
import type { MoveIn } from './persistence.ts'
import { storedTimes } from './stored-times.ts'
import { formerTicketIn, storeId, ticketOfCookie, withoutFormerTicket } from './ticket.ts'

/**
 * Parallel requests with the same cookie move it to the same place, and one of them makes it. A cookie that its session moved
 * into not long ago is newer than what it left behind in the store, which ends here.
 */
export const moveIn: MoveIn = async (record, store, host) => {
  const former = formerTicketIn(record.data)
  const ticket = ticketOfCookie(record.id, former)
  const entries = entriesOf(withoutFormerTicket(record.data))
  const session = { ...storedTimes(record, host), created: record.created, entries }
  await store.change((to) => to.insert(storeId(ticket), session, host.now()))
  if (former !== undefined) await store.change((to) => to.delete(storeId(former)))
  return ticket
}
