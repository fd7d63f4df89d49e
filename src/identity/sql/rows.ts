import { isBytes } from '../../bytes.ts'
import type { EndedBecause, FoundUserSession, UserSessionRecord } from '../registry.ts'
import type { Row } from '../../sql/driver.ts'

/** Columns of a record as a page may show it. */
export const RECORD_COLUMNS =
  'id, user_id, created_at, authenticated_at, last_seen_at, idle_expires_at, absolute_expires_at, ip_prefix, user_agent, label, method'

/** Those of a record `s` that a check needs. By name: a column that somebody adds must not change a prepared statement's rows. */
export const FOUND_COLUMNS =
  's.user_id, s.authenticated_at, s.last_seen_at, s.idle_expires_at, s.absolute_expires_at, s.epoch, s.everyone_epoch, s.secret_hash, s.ended_at, s.ended_because'

export function readRecord(row: Row): UserSessionRecord {
  return {
    id: String(row['id']),
    userId: String(row['user_id']),
    createdAt: Number(row['created_at']),
    authenticatedAt: Number(row['authenticated_at']),
    lastSeenAt: Number(row['last_seen_at']),
    idleExpiresAt: Number(row['idle_expires_at']),
    absoluteExpiresAt: Number(row['absolute_expires_at']),
    ipPrefix: readText(row['ip_prefix']),
    userAgent: readText(row['user_agent']),
    label: readText(row['label']),
    method: readText(row['method']),
  }
}

export function readFound(row: Row): FoundUserSession {
  const hash = row['secret_hash']
  return {
    userId: String(row['user_id']),
    authenticatedAt: Number(row['authenticated_at']),
    lastSeenAt: Number(row['last_seen_at']),
    idleExpiresAt: Number(row['idle_expires_at']),
    absoluteExpiresAt: Number(row['absolute_expires_at']),
    // Anything else than bytes is no hash that a secret could have.
    secretHash: isBytes(hash) ? hash : new Uint8Array(),
    epochs: { user: Number(row['epoch']), everyone: Number(row['everyone_epoch']) },
    current: { user: Number(row['current_epoch']), everyone: Number(row['current_everyone_epoch']) },
    endedAt: row['ended_at'] === null ? null : Number(row['ended_at']),
    endedBecause: readText(row['ended_because']) as EndedBecause | null, // as: only our own statements write it
  }
}

function readText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
