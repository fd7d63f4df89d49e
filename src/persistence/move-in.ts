import { IDENTITY_KEY } from '../session/reserved-keys.ts'
import { entriesOf } from './entries.ts'
import type { MoveIn } from './persistence.ts'
import { storedTimes } from './stored-times.ts'
import { formerTicketIn, movedId, storeId, ticketOfCookie, withoutFormerTicket } from './ticket.ts'

/**
 * Parallel requests with the same cookie move it to the same place, and one of them makes it. A cookie that its session moved
 * into not long ago is newer than what it left behind in the store, which ends here.
 */
export const moveIn: MoveIn = async (record, text, store, host) => {
  const former = formerTicketIn(record.data)
  const claims = record.data[IDENTITY_KEY]
  // What every copy of this session's cookie holds and nobody else knows; if there is nothing like that, this copy itself.
  const shared = former ?? (claims === undefined ? undefined : JSON.stringify(claims))
  const ticket = ticketOfCookie(record.id, shared ?? text)
  const id = storeId(ticket)
  const times = { ...storedTimes(record, host), created: record.created }
  if (shared === undefined && !(await isFirstCopy())) return undefined
  const entries = entriesOf(withoutFormerTicket(record.data))
  await store.change((to) => to.insert(id, { ...times, entries }, host.now()))
  if (former !== undefined) await store.change((to) => to.delete(storeId(former)))
  return ticket

  /** Notes which copy moved in. Another one of the same session, older or newer, must neither fork it nor outlive its end. */
  async function isFirstCopy(): Promise<boolean> {
    const moved = movedId(record.id)
    const note = {
      ...times,
      expiresAt: record.created + host.lifetime.absoluteSeconds,
      entries: new Map([['to', JSON.stringify(id)]]),
    }
    if (await store.change((to) => to.insert(moved, note, host.now()))) return true
    const first = await store.read((to) => to.find(moved))
    return first?.entries.get('to') === note.entries.get('to')
  }
}
