import type { SessionRecord } from '../session/host.ts'
import type { StoredSession } from '../stores/store.ts'
import type { PersistenceHost } from './persistence.ts'

/** When a session that is written now ends by itself. */
export function storedTimes(
  { created, slid }: Pick<SessionRecord, 'created' | 'slid'>,
  { lifetime }: Pick<PersistenceHost, 'lifetime'>,
): Pick<StoredSession, 'slid' | 'expiresAt'> {
  return { slid, expiresAt: Math.min(slid + lifetime.idleSeconds, created + lifetime.absoluteSeconds) }
}
