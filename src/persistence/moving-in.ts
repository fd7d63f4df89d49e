import type { SessionStore } from '../stores/store.ts'
import { inStore } from './in-store.ts'
import { moveIn } from './move-in.ts'
import { MovingStore } from './moving-store.ts'
import type { Persistence, PersistenceHost } from './persistence.ts'

/** Sessions that move into a store, each when its visitor comes: from another store, or from the cookie. */
export function movingIn(host: PersistenceHost, to: SessionStore, from: SessionStore | undefined): Persistence {
  const { lifetime, now } = host
  const store = new MovingStore(to, from, { now, longestSeconds: lifetime.absoluteSeconds })
  return inStore(host, store, from === undefined ? moveIn : undefined)
}
