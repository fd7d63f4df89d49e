import { createSessions } from 'coatcheck'
import { nextSessions } from 'coatcheck/next'
import { refresh } from 'next/cache'
import { cookies, headers } from 'next/headers'
import { store } from './store'

export interface BillingSession {
  accountId: number
  lookedFor: string
  visits: number
}

export const sessions = nextSessions(
  createSessions<BillingSession>({
    name: '__Host-billing',
    secrets: (process.env['SESSION_SECRET'] ?? '').split(','), // current, previous…
    store, // or none: then sessions live in the cookie
    onEvent: (event) => console.info(`session ${event.type}`),
  }),
  { cookies, headers, refresh },
)
