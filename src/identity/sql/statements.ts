import type { Ending, Epochs, ListPage, NewUserSession, Renewal, UserSessionRegistry } from '../registry.ts'
import { AMONG } from '../../sql/among.ts'
import type { Dialect } from '../../sql/dialect.ts'
import type { SqlDriver, SqlValue, Statement } from '../../sql/driver.ts'
import { FOUND_COLUMNS, RECORD_COLUMNS } from './rows.ts'
import { SWEEP_AFTER, sweepAfter } from './sweep-hour.ts'
import type { Tables } from './tables.ts'

type Noted = Parameters<UserSessionRegistry['touch']>[1]
type OwnEnding = Parameters<UserSessionRegistry['end']>[1]

/** Statements with their values. */
export interface Statements {
  epochs(userId: string): Statement
  lockEpoch(userId: string): Statement
  raiseEpoch(userId: string): Statement
  find(id: string): Statement
  insert(record: NewUserSession, made: Epochs): Statement
  touch(id: string, seen: Noted): Statement
  renew(id: string, secretHash: Uint8Array, to: Renewal): Statement
  list(userId: string, now: number, page: ListPage | undefined): Statement
  end(id: string, ending: OwnEnding): Statement
  /** Ends the oldest, all but `keep` of those that are alive under the current epochs. */
  endOldest(userId: string, keep: number, current: Epochs, ending: Ending): Statement
  endOthers(userId: string, keep: string, current: Epochs, ending: Ending): Statement
  /** If the record still has that secret. */
  moveToEpoch(id: string, secretHash: Uint8Array, epoch: number): Statement
  sweepEnded(before: number, limit: number): Statement
  sweepExpired(before: number, limit: number): Statement
}

/**
 * Every statement of the registry. Each that changes a record says which records it means in its own WHERE clause, `ended_at IS
 * NULL` first of all, so that none of them depends on what was read before; and gives back a row for each that it
 * changed, because better-sqlite3 lets no other statement be asked for its rows.
 */
export function createStatements(
  dialect: Dialect,
  { sessions, epochs }: Tables,
  { skipLocked }: Pick<SqlDriver, 'skipLocked'>,
): Statements {
  const [among, hour] = [AMONG[dialect], SWEEP_AFTER[dialect]]
  const currentEpochs = `
    COALESCE((SELECT epoch FROM ${epochs} WHERE user_id = ?1), 0) AS current_epoch,
    COALESCE((SELECT epoch FROM ${epochs} WHERE user_id = ''), 0) AS current_everyone_epoch`
  // By the hour as well, which an index has: what expired before is not read.
  const notExpired = `${hour} > ?2 AND idle_expires_at > ?2`
  // Equal, so that the index leads past whatever a counter has ended: none of it is read.
  const aliveNow = `ended_at IS NULL AND ${notExpired}
    AND epoch = COALESCE((SELECT epoch FROM ${epochs} WHERE user_id = ?1), 0)
    AND everyone_epoch = COALESCE((SELECT epoch FROM ${epochs} WHERE user_id = ''), 0)`
  /** Of whichever record the statement is about. */
  const notRevoked = `epoch = COALESCE((SELECT epoch FROM ${epochs} e WHERE e.user_id = ${sessions}.user_id), 0)
    AND everyone_epoch = COALESCE((SELECT epoch FROM ${epochs} WHERE user_id = ''), 0)`

  // Of those that a query gave. Not `ended_at`: for that, PostgreSQL may go through an index of all records that did not end.
  const notEnded = 'ended_because IS NULL'

  const texts = {
    epochs: `SELECT ${currentEpochs}`,

    /** Makes the user's epoch if it is missing, and keeps it from changing until the transaction is over. */
    lockEpoch: `INSERT INTO ${epochs} AS e (user_id, epoch) VALUES (?1, 0)
      ON CONFLICT (user_id) DO UPDATE SET epoch = e.epoch RETURNING epoch`,

    raiseEpoch: `INSERT INTO ${epochs} AS e (user_id, epoch) VALUES (?1, 1)
      ON CONFLICT (user_id) DO UPDATE SET epoch = e.epoch + 1 RETURNING epoch`,

    insert: `INSERT INTO ${sessions} (id, user_id, epoch, everyone_epoch, secret_hash, created_at, authenticated_at,
        last_seen_at, idle_expires_at, absolute_expires_at, ip_prefix, user_agent, label, method)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) RETURNING id`,

    find: `SELECT ${FOUND_COLUMNS}, COALESCE(u.epoch, 0) AS current_epoch, COALESCE(e.epoch, 0) AS current_everyone_epoch
      FROM ${sessions} s
      LEFT JOIN ${epochs} u ON u.user_id = s.user_id
      LEFT JOIN ${epochs} e ON e.user_id = ''
      WHERE s.id = ?1`,

    touch: `UPDATE ${sessions} SET last_seen_at = ?2, idle_expires_at = ?3
      WHERE id = ?1 AND ended_at IS NULL AND last_seen_at <= ?4 RETURNING id`,

    renew: `UPDATE ${sessions} SET secret_hash = ?3, authenticated_at = ?4, last_seen_at = ?4, idle_expires_at = ?5,
        absolute_expires_at = ?6, method = COALESCE(?7, method)
      WHERE id = ?1 AND secret_hash = ?2 AND ended_at IS NULL AND ${notRevoked} RETURNING id`,

    list: `SELECT ${RECORD_COLUMNS} FROM ${sessions} WHERE user_id = ?1 AND ${aliveNow}
        AND (last_seen_at < ?3 OR (last_seen_at = ?3 AND id > ?4))
      ORDER BY last_seen_at DESC, id LIMIT ?5`,

    end: `UPDATE ${sessions} SET ended_at = ?2, ended_because = ?3
      WHERE id = ?1 AND ended_at IS NULL AND user_id = COALESCE(?4, user_id) AND secret_hash = COALESCE(?5, secret_hash)
        AND ${notRevoked} RETURNING id`,

    endOldest: `UPDATE ${sessions} SET ended_at = ?2, ended_because = ?3
      WHERE id ${among(`SELECT id FROM (
          SELECT id, ROW_NUMBER() OVER (ORDER BY created_at DESC, id DESC) AS place FROM ${sessions}
          WHERE user_id = ?1 AND ended_at IS NULL AND ${notExpired} AND epoch = ?4 AND everyone_epoch = ?5
        ) alive WHERE place > ?6`)} AND ${notEnded} RETURNING id`,

    endOthers: `UPDATE ${sessions} SET ended_at = ?2, ended_because = ?3
      WHERE user_id = ?1 AND id <> ?4 AND ended_at IS NULL AND ${notExpired} AND epoch = ?5 AND everyone_epoch = ?6
      RETURNING id`,

    moveToEpoch: `UPDATE ${sessions} SET epoch = ?3 WHERE id = ?1 AND secret_hash = ?2 AND ended_at IS NULL RETURNING id`,

    sweepEnded: `DELETE FROM ${sessions} WHERE id ${among(`SELECT id FROM ${sessions}
        WHERE ended_at IS NOT NULL AND ended_at < ?1 ORDER BY ended_at LIMIT ?2 ${skipLocked}`)} RETURNING id`,

    sweepExpired: `DELETE FROM ${sessions} WHERE id ${among(`SELECT id FROM ${sessions}
        WHERE ended_at IS NULL AND ${hour} <= ?3 AND idle_expires_at < ?1 ORDER BY ${hour} LIMIT ?2 ${skipLocked}`)} RETURNING id`,
  }

  return {
    epochs: (userId) => statement(texts.epochs, userId),
    lockEpoch: (userId) => statement(texts.lockEpoch, userId),
    raiseEpoch: (userId) => statement(texts.raiseEpoch, userId),
    find: (id) => statement(texts.find, id),
    insert: (record, made) =>
      statement(
        texts.insert,
        record.id,
        record.userId,
        made.user,
        made.everyone,
        record.secretHash,
        record.createdAt,
        record.authenticatedAt,
        record.lastSeenAt,
        record.idleExpiresAt,
        record.absoluteExpiresAt,
        record.ipPrefix,
        record.userAgent,
        record.label,
        record.method,
      ),
    touch: (id, { lastSeenAt, idleExpiresAt, notSince }) => ({
      ...statement(texts.touch, id, lastSeenAt, idleExpiresAt, notSince),
      isOptional: true,
    }),
    renew: (id, hash, { secretHash, authenticatedAt, idleExpiresAt, absoluteExpiresAt, method }) =>
      statement(texts.renew, id, hash, secretHash, authenticatedAt, idleExpiresAt, absoluteExpiresAt, method),
    list: (userId, now, { limit = LATEST, after = NOBODY } = {}) =>
      statement(texts.list, userId, now, after.lastSeenAt, after.id, limit),
    end: (id, { at, because, userId = null, secretHash = null }) =>
      statement(texts.end, id, at, because, userId, secretHash),
    endOldest: (userId, keep, current, { at, because }) =>
      statement(texts.endOldest, userId, at, because, current.user, current.everyone, keep),
    endOthers: (userId, keep, current, { at, because }) =>
      statement(texts.endOthers, userId, at, because, keep, current.user, current.everyone),
    moveToEpoch: (id, hash, epoch) => statement(texts.moveToEpoch, id, hash, epoch),
    sweepEnded: (before, limit) => statement(texts.sweepEnded, before, limit),
    sweepExpired: (before, limit) => statement(texts.sweepExpired, before, limit, sweepAfter(before)),
  }
}

/** The largest number, as a time and as a limit. */
const LATEST = Number.MAX_SAFE_INTEGER
/** Before whoever was seen last. */
const NOBODY = { lastSeenAt: LATEST, id: '' }

function statement(sql: string, ...values: SqlValue[]): Statement {
  return { sql, values }
}
