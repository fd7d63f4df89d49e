CREATE TABLE IF NOT EXISTS coatcheck_user_sessions (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  everyone_epoch INTEGER NOT NULL,
  secret_hash BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  authenticated_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  idle_expires_at INTEGER NOT NULL,
  absolute_expires_at INTEGER NOT NULL,
  ip_prefix TEXT,
  user_agent TEXT,
  label TEXT,
  method TEXT,
  ended_at INTEGER,
  ended_because TEXT
) STRICT, WITHOUT ROWID;
-- Both by the end of the hour in which a record expires: the time itself changes with every note of a use.
CREATE INDEX IF NOT EXISTS coatcheck_user_sessions_alive ON coatcheck_user_sessions (user_id, epoch, everyone_epoch, (idle_expires_at + 3599999) / 3600000 * 3600000) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS coatcheck_user_sessions_by_sweep ON coatcheck_user_sessions ((idle_expires_at + 3599999) / 3600000 * 3600000) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS coatcheck_user_sessions_by_end ON coatcheck_user_sessions (ended_at) WHERE ended_at IS NOT NULL;
-- Those of older versions, which they replace.
DROP INDEX IF EXISTS coatcheck_user_sessions_by_user;
DROP INDEX IF EXISTS coatcheck_user_sessions_by_expiry;
-- One counter a user who ever signed in, and one for everyone, whose user_id is empty.
CREATE TABLE IF NOT EXISTS coatcheck_user_session_epochs (
  user_id TEXT NOT NULL PRIMARY KEY,
  epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
