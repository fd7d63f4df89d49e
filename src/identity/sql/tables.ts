import { checkedPrefix } from '../../sql/prefix.ts'

/** The names of our tables. */
export interface Tables {
  readonly sessions: string
  readonly epochs: string
}

/** What the types of a database are called. */
export interface ColumnTypes {
  readonly bytes: string
  /** A whole number of 64 bits. */
  readonly integer: string
  /** What stands after the columns of a table. */
  readonly suffix: string
}

/** @throws `ERR_OPTIONS` for a prefix that would have to be quoted */
export function tablesNamed(prefix: string): Tables {
  checkedPrefix(prefix)
  return { sessions: `${prefix}user_sessions`, epochs: `${prefix}user_session_epochs` }
}

/** Makes the tables and indexes that are missing. Times are milliseconds since 1970, so that every database keeps the same. */
export function schemaOf({ sessions, epochs }: Tables, { bytes, integer, suffix }: ColumnTypes): string {
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
  ended_at ${integer},
  ended_because TEXT
)${suffix};
CREATE INDEX IF NOT EXISTS ${index}_by_user ON ${sessions} (user_id, epoch, everyone_epoch) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS ${index}_by_expiry ON ${sessions} (idle_expires_at) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS ${index}_by_end ON ${sessions} (ended_at) WHERE ended_at IS NOT NULL;
-- One counter a user who ever signed in, and one for everyone, whose user_id is empty.
CREATE TABLE IF NOT EXISTS ${epochs} (
  user_id TEXT NOT NULL PRIMARY KEY,
  epoch ${integer} NOT NULL
)${suffix};
`
}
