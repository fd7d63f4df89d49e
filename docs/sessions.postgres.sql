CREATE TABLE IF NOT EXISTS coatcheck_sessions (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  created BIGINT NOT NULL,
  slid BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  -- An object whose values are text: the JSON of each entry.
  entries JSONB NOT NULL,
  -- The end of the hour in which it expires. An index on expires_at itself would be written by every request.
  sweep_after BIGINT NOT NULL GENERATED ALWAYS AS ((expires_at + 3599) / 3600 * 3600) STORED
) WITH (fillfactor = 80, toast_tuple_target = 2680);
CREATE INDEX IF NOT EXISTS coatcheck_sessions_by_sweep ON coatcheck_sessions (sweep_after);
