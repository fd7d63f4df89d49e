import { AMONG } from '../../sql/among.ts'
import type { Dialect } from '../../sql/dialect.ts'
import type { SqlDriver, Statement } from '../../sql/driver.ts'
import type { SessionChange, StoredSession } from '../store.ts'
import { CHANGED_ENTRIES } from './changed-entries.ts'
import { objectText } from './entries.ts'
import { sweepAfter } from './sessions-table.ts'

/** A statement for each verb, with its values. */
export interface SessionStatements {
  find(id: string): Statement
  insert(id: string, session: StoredSession, now: number): Statement
  update(id: string, change: SessionChange, now: number): Statement
  delete(id: string): Statement
  /** Deletes up to `count` sessions that had expired by `now`. */
  sweep(now: number, count: number): Statement
}

/** How databases are asked for JSON text, and given some. */
const JSON_TEXT = {
  postgres: { text: 'entries::text', parameter: '?5::text::jsonb' },
  sqlite: { text: 'entries', parameter: '?5' },
} satisfies Record<Dialect, object>

/**
 * Every statement of the store, one to a verb. Each says in its own WHERE clause which session it means and that it has not
 * expired, so that none of them depends on what was read before; and gives back a row for each that it changed.
 */
export function createSessionStatements(
  dialect: Dialect,
  table: string,
  { skipLocked }: Pick<SqlDriver, 'skipLocked'>,
): SessionStatements {
  const { text, parameter } = JSON_TEXT[dialect]
  const changed = CHANGED_ENTRIES[dialect]
  const expired = `SELECT id FROM ${table} WHERE sweep_after <= ?2 AND expires_at <= ?1 ORDER BY sweep_after LIMIT ?3 ${skipLocked}`

  const texts = {
    find: `SELECT created, slid, expires_at, ${text} AS entries FROM ${table} WHERE id = ?1`,

    /** Takes the place of a session that has expired. */
    insert: `INSERT INTO ${table} AS s (id, created, slid, expires_at, entries) VALUES (?1, ?2, ?3, ?4, ${parameter})
      ON CONFLICT (id) DO UPDATE SET created = excluded.created, slid = excluded.slid, expires_at = excluded.expires_at,
        entries = excluded.entries
      WHERE s.expires_at <= ?6 RETURNING 1 AS done`,

    update: `UPDATE ${table} SET id = COALESCE(?5, id), created = COALESCE(?6, created), slid = ?3, expires_at = ?4,
        entries = ${changed.sql}
      WHERE id = ?1 AND expires_at > ?2 RETURNING 1 AS done`,

    delete: `DELETE FROM ${table} WHERE id = ?1 RETURNING 1 AS done`,

    sweep: `DELETE FROM ${table} WHERE id ${AMONG[dialect](expired)} RETURNING 1 AS done`,
  }

  return {
    find: (id) => ({ sql: texts.find, values: [id] }),
    insert: (id, { created, slid, expiresAt, entries }, now) => ({
      sql: texts.insert,
      values: [id, created, slid, expiresAt, objectText(entries), now],
    }),
    update: (id, { created = null, slid, expiresAt, newId = null, ...change }, now) => ({
      sql: texts.update,
      values: [id, now, slid, expiresAt, newId, created, ...changed.values(change)],
      isOptional: newId === null && created === null && isNothing(change),
    }),
    delete: (id) => ({ sql: texts.delete, values: [id] }),
    sweep: (now, count) => ({ sql: texts.sweep, values: [now, sweepAfter(now), count] }),
  }
}

/** Whether a change writes no entry. */
function isNothing({ set, remove, add }: Pick<SessionChange, 'set' | 'remove' | 'add'>): boolean {
  return set.size === 0 && remove.length === 0 && add.size === 0
}
