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
  -- The end of the hour in which it expires.
  sweep_after BIGINT NOT NULL GENERATED ALWAYS AS ((idle_expires_at + 3599999) / 3600000 * 3600000) STORED,
  ended_at BIGINT,
  ended_because TEXT
) WITH (fillfactor = 90);
-- A table of coatcheck 0.1 is written anew, once.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'coatcheck_user_sessions'::regclass AND attname = 'sweep_after') THEN
    ALTER TABLE coatcheck_user_sessions SET (fillfactor = 90), ADD COLUMN sweep_after BIGINT NOT NULL GENERATED ALWAYS AS ((idle_expires_at + 3599999) / 3600000 * 3600000) STORED;
  END IF;
END
$$;
-- Both by the end of the hour in which a record expires: the time itself changes with every note of a use.
CREATE INDEX IF NOT EXISTS coatcheck_user_sessions_alive ON coatcheck_user_sessions (user_id, epoch, everyone_epoch, sweep_after) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS coatcheck_user_sessions_by_sweep ON coatcheck_user_sessions (sweep_after) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS coatcheck_user_sessions_by_end ON coatcheck_user_sessions (ended_at) WHERE ended_at IS NOT NULL;
-- Those of older versions, which they replace.
DROP INDEX IF EXISTS coatcheck_user_sessions_by_user;
DROP INDEX IF EXISTS coatcheck_user_sessions_by_expiry;
-- One counter a user who ever signed in, and one for everyone, whose user_id is empty.
CREATE TABLE IF NOT EXISTS coatcheck_user_session_epochs (
  user_id TEXT NOT NULL PRIMARY KEY,
  epoch BIGINT NOT NULL
);
