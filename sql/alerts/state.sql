-- The tables that run.sql keeps in your database.  run.sql reads this script, which prints
-- nothing.
--
--   sqlite3 /srv/alerts.db '.read sql/alerts/state.sql'
CREATE TABLE IF NOT EXISTS alert_schema (version INTEGER NOT NULL);
INSERT INTO alert_schema SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM alert_schema);
CREATE TABLE IF NOT EXISTS alert_files (
  path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER,
  at INTEGER NOT NULL,      -- when AWS delivered the file, Unix seconds; its mtime where the name
                            -- does not say; the time of the run if that is earlier
  log INTEGER NOT NULL      -- 0: the file is no flow log
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alerts (
  id TEXT PRIMARY KEY,      -- a hash of rule and key, the same in every run and database
  rule TEXT NOT NULL, key TEXT NOT NULL,
  severity TEXT NOT NULL, technique TEXT NOT NULL, title TEXT NOT NULL,
  first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, flows INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved', 'muted')),
  printed TEXT NOT NULL,    -- when it was last printed, UTC
  owner TEXT, note TEXT,
  UNIQUE (rule, key));
-- What was printed, in that order, and who has had it: deliver.sh sends it.
CREATE TABLE IF NOT EXISTS alert_log (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- no number comes twice, even after DELETE
  news TEXT NOT NULL, id TEXT NOT NULL, severity TEXT NOT NULL, rule TEXT NOT NULL,
  title TEXT NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, flows INTEGER NOT NULL,
  technique TEXT NOT NULL, src TEXT, dst TEXT,  -- the addresses of the key, if these are some
  version TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS alert_deliveries (
  channel TEXT, seq INTEGER, tries INTEGER NOT NULL, delivered INTEGER NOT NULL,
  PRIMARY KEY (channel, seq)) WITHOUT ROWID;
