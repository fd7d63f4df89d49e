CREATE TABLE IF NOT EXISTS coatcheck_sessions (
  id TEXT NOT NULL PRIMARY KEY,
  created INTEGER NOT NULL,
  slid INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- An object whose values are text: the JSON of each entry.
  entries TEXT NOT NULL,
  -- The end of the hour in which it expires. An index on expires_at itself would be written by every request.
  sweep_after INTEGER NOT NULL GENERATED ALWAYS AS ((expires_at + 3599) / 3600 * 3600) STORED
) STRICT;
CREATE INDEX IF NOT EXISTS coatcheck_sessions_by_sweep ON coatcheck_sessions (sweep_after);
