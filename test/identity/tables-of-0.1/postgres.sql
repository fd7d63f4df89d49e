CREATE TABLE IF NOT EXISTS coatcheck_user_sessions (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  everyone_epoch BIGINT NOT NULL,
  secret_hash BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  authenticated_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  idle_expires_at BIGINT NOT NULL,
  absolute_expires_at BIGINT NOT NULL,
  ip_prefix TEXT,
  user_agent TEXT,
  label TEXT,
  method TEXT,
  ended_at BIGINT,
  ended_because TEXT
);
CREATE INDEX IF NOT EXISTS coatcheck_user_sessions_by_user ON coatcheck_user_sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS coatcheck_user_sessions_by_expiry ON coatcheck_user_sessions (idle_expires_at) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS coatcheck_user_sessions_by_end ON coatcheck_user_sessions (ended_at) WHERE ended_at IS NOT NULL;
-- One counter a user who ever signed in, and one for everyone, whose user_id is empty.
CREATE TABLE IF NOT EXISTS coatcheck_user_session_epochs (
  user_id TEXT NOT NULL PRIMARY KEY,
  epoch BIGINT NOT NULL
);
