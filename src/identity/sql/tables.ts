import { checkedPrefix } from '../../sql/prefix.ts'

/** The names of our tables. */
export interface Tables {
  readonly sessions: string
  readonly epochs: string
}

/** What a database calls its types, and what else its table of records has. */
export interface TableTypes {
  readonly bytes: string
  /** A whole number of 64 bits. */
  readonly integer: string
  /** What stands after the columns of a table. */
  readonly suffix: string
  /** Lines between the columns that every database has. */
  readonly moreColumns: string
  /** What stands after the columns of the table of records besides. */
  readonly room: string
  /** Gives a table of an older version what it lacks. */
  readonly moveOver: (table: string) => string
  /** The hour in which a record expires, as an index takes it. */
  readonly sweepAfter: string
}

/** @throws `ERR_OPTIONS` for a prefix that would have to be quoted */
export function tablesNamed(prefix: string): Tables {
  checkedPrefix(prefix)
  return { sessions: `${prefix}user_sessions`, epochs: `${prefix}user_session_epochs` }
}

/**
 * Makes the tables and indexes that are missing, and moves those of older versions over. Times are milliseconds since 1970, so
 * that every database keeps the same.
 */
export function schemaOf({ sessions, epochs }: Tables, types: TableTypes): string {
  const { bytes, integer, suffix, moreColumns, room, moveOver, sweepAfter } = types
  // An index is in the schema of its table.
  const index = sessions.split('.').at(-1)
  return `CREATE TABLE IF NOT EXISTS ${sessions} (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  epoch ${integer} NOT NULL,
  everyone_epoch ${integer} NOT NULL,
  secret_hash ${bytes} NOT NULL,
  created_at ${integer} NOT NULL,
  authenticated_at ${integer} NOT NULL,
  last_seen_at ${integer} NOT NULL,
  idle_expires_at ${integer} NOT NULL,
  absolute_expires_at ${integer} NOT NULL,
  ip_prefix TEXT,
  user_agent TEXT,
  label TEXT,
  method TEXT,
${moreColumns}\
  ended_at ${integer},
  ended_because TEXT
)${suffix}${room};
${moveOver(sessions)}\
-- Both by the end of the hour in which a record expires: the time itself changes with every note of a use.
CREATE INDEX IF NOT EXISTS ${index}_alive ON ${sessions} (user_id, epoch, everyone_epoch, ${sweepAfter}) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS ${index}_by_sweep ON ${sessions} (${sweepAfter}) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS ${index}_by_end ON ${sessions} (ended_at) WHERE ended_at IS NOT NULL;
-- Those of older versions, which they replace.
DROP INDEX IF EXISTS ${sessions}_by_user;
DROP INDEX IF EXISTS ${sessions}_by_expiry;
-- One counter a user who ever signed in, and one for everyone, whose user_id is empty.
CREATE TABLE IF NOT EXISTS ${epochs} (
  user_id TEXT NOT NULL PRIMARY KEY,
  epoch ${integer} NOT NULL
)${suffix};
`
}
