import { ticketIn } from './ticket.ts'
import type { Persistence, PersistenceHost } from './persistence.ts'

/** Sessions that live in the cookie: nothing to wait for, on the way in or out. */
export function inCookie(host: PersistenceHost): Persistence {
  return {
    fetches: false,
    visit: (values) => ({
      budget: host.cookieBudget,
      fetch: () => undefined,
      load() {
        const opened = host.openCookie(values)
        if (opened.record === undefined) return opened
        // It names a session in a store, and there is none.
        if (ticketIn(opened.record.data) !== undefined) return host.refuse('not-found')
        return host.validate(opened.record, opened.stale)
      },
      commit: (state) => state.outcome(),
    }),
  }
}
