-- What the rules write, and what they must know of earlier runs: temporary tables.  setup.sql
-- reads this script, which prints nothing.
--
--   sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/alerts/found.sql'
--
--   temp.found     what the rules have found, a row for each alert
--   temp.known     targets of a source that have alerts already; 'many' counts as @many + 1
--   temp.judged    the windows of time that contain new records
--
-- run.sql fills known and judged; a rule that is read by itself finds them empty.
--
-- The rules add up bytes with total(), because sum() is an error beyond 2^63, and a file with such
-- records would stop every run.  Up to 2^53 bytes, 9 PB, the sums are exact.  A title says nothing
-- of bytes if no record has a byte count.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@window', 3600), ('@many', 10);
CREATE TEMP TABLE IF NOT EXISTS found (
  rule       TEXT NOT NULL,    -- the rule's name
  key        TEXT NOT NULL,    -- what the alert is about: the same things have the same key
  severity   TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
  technique  TEXT NOT NULL,    -- MITRE ATT&CK: 'T1046 Network Service Discovery'
  title      TEXT NOT NULL,    -- what happened; run.sql adds up ', N bytes' at its end
  first_seen INTEGER NOT NULL, -- Unix seconds
  last_seen  INTEGER NOT NULL,
  flows      INTEGER NOT NULL, -- records that show it; with a threshold, of the fullest window
  threshold  INTEGER NOT NULL CHECK (threshold IN (0, 1)),  -- 1: about a sum over a window
  CONSTRAINT "flowlogs: start or end is no time in seconds; are they milliseconds?"
    CHECK (first_seen BETWEEN 0 AND 253402300799 AND last_seen BETWEEN 0 AND 253402300799),
  PRIMARY KEY (rule, key));

CREATE TEMP TABLE IF NOT EXISTS known (
  rule TEXT, source TEXT, target TEXT, n INTEGER, PRIMARY KEY (rule, source, target));
CREATE TEMP TABLE IF NOT EXISTS judged (window INTEGER PRIMARY KEY);
