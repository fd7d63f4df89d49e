import { createSessions } from 'coatcheck'
import { memoryStore } from 'coatcheck/memory'
import { nextSessions } from 'coatcheck/next'
import { previousCookie } from 'coatcheck/previous'
import { sqliteStore } from 'coatcheck/sqlite'
import { refresh } from 'next/cache'
import { cookies, headers } from 'next/headers'
import { DatabaseSync } from 'node:sqlite'

const secrets = [process.env['SESSION_SECRET'] ?? '']
const next = { cookies, headers, refresh }

export const sessions = nextSessions(
  createSessions<{ n: number; seen: number }>({ name: 'shop', secrets, store: store() }),
  next,
)

/** A session that lived below a path, in a cookie of the same name, until it moved to the root. */
export const moved = nextSessions(
  createSessions<{ n: number }>({
    name: 'moved',
    secrets,
    previousCookies: [
      previousCookie({
        name: 'moved',
        cookie: { path: `${process.env['SHOP'] === 'cached' ? '' : '/shop'}/moved` },
        open: (value) => (value === 'old' ? { ok: true, data: { n: 1 } } : { ok: false, reason: 'malformed' }),
      }),
    ],
  }),
  next,
)

function store() {
  if (process.env['SESSION_STORE'] === 'memory') return memoryStore()
  if (process.env['SESSION_STORE'] !== 'sqlite') return undefined
  const store = sqliteStore(new DatabaseSync(process.env['DATABASE_FILE'] ?? 'shop.db', { timeout: 1000 }))
  store.migrate()
  return store
}
