-- What a rule has found before it is an alert: temporary tables, each with the script that makes
-- alerts of it.  setup.sql reads this script, which prints nothing.
--
--   sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/alerts/parts.sql'
--
--   temp.tried     many.sql: what a source did to its targets.  severity_many and things, what the
--                  targets are, are for a source with more targets than @many
--   temp.came      open.sql: who came from outside; session is 1 if that was more than a knock
--   temp.windows   windows.sql: what is above a threshold in a window of @window seconds, the
--                  fullest first.  A window begins every half of @window, so that what fits into
--                  half a window is never divided
--
-- There is no alert if the address `trust` is in the table trusted.  A rule finds these tables
-- empty, also after one that ended with an error.
DROP TABLE IF EXISTS temp.tried;
CREATE TEMP TABLE tried (
  rule TEXT, source TEXT, target TEXT, trust TEXT, severity TEXT, technique TEXT,
  did TEXT,                     -- the words of the title between the source and the target
  severity_many TEXT, things TEXT,
  flows INTEGER, bytes INTEGER, first_seen INTEGER, last_seen INTEGER);
DROP TABLE IF EXISTS temp.came;
CREATE TEMP TABLE came (
  rule TEXT, client TEXT, target TEXT, technique TEXT, service TEXT, session INTEGER, bytes REAL,
  flows INTEGER, first_seen INTEGER, last_seen INTEGER);
DROP TABLE IF EXISTS temp.windows;
CREATE TEMP TABLE windows (
  rule TEXT, key TEXT, trust TEXT, severity TEXT, technique TEXT, title TEXT,
  first_seen INTEGER, last_seen INTEGER, flows INTEGER, window INTEGER);
