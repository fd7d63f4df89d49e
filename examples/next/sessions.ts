import { createSessions } from 'coatcheck'
import { nextSessions } from 'coatcheck/next'
import { sqliteStore } from 'coatcheck/sqlite'
import { refresh } from 'next/cache'
import { cookies, headers } from 'next/headers'
import { database } from './database'

export interface BillingSession {
  accountId: number
  lookedFor: string
  visits: number
}

/** In the cookie; or, with SESSION_STORE=sqlite, in a table, and the cookie carries a ticket. */
const store = process.env['SESSION_STORE'] === 'sqlite' ? sqliteStore(database) : undefined

export const sessions = nextSessions(
  createSessions<BillingSession>({
    name: '__Host-billing',
    secrets: (process.env['SESSION_SECRET'] ?? '').split(','), // current, previous…
    store,
    onEvent: (event) => console.info(`session ${event.type}`),
  }),
  { cookies, headers, refresh },
)
