-- Alerts: runs all rules on the files that are new since the last run, keeps what it knows in your database, and prints
-- what is new.  For cron, from the top of the tree (in one line there):
--
--   */5 * * * * cd /opt/flowlogs && sqlite3 -batch -cmd '.load ./build/flowlogs' -cmd '.parameter init'
--       -cmd ".parameter set @logs \"'/srv/AWSLogs'\"" /srv/alerts.db '.read sql/alerts/run.sql'
--
--   @logs            files, folder or pattern, the same in each run
--   @on_error, @format   'skip', '${srcaddr} …', as everywhere
--   @since           UTC text or Unix seconds: files that were delivered before are left out
--   @resolve_after   seconds without a sighting after which an alert is resolved (7 days)
--   @exit            exit status when something was printed (10); NULL: 0
--   and those of the rules: @many, @window, @scan_ports, @volume_bytes …
--
-- Exit status: 0 nothing new; 10 (@exit) something printed; 1 an error, and then nothing is changed: the next run does
-- it all.  A file that can't be read is an error, until it is repaired or gone, or @on_error is 'skip'.
--
-- Everything is one transaction, and printing is the last thing in it.  A run that is killed has changed nothing, and
-- the next one prints what it would have.  If it was killed in the milliseconds between printing and COMMIT, the next
-- run prints the same again, with the same ids: at least once, never lost.  Likewise if its output can't be written.
-- (Killed as it ends, it may leave a file flowlogs.XXXXXX of two lines in the folder for temporary files.)
-- A run that meets another one waits up to a minute, then ends with "database is locked" and status 1.
--
-- The table alerts has a row for each rule and key:
--   state    open; or resolved, by you or after @resolve_after: seen again, it is open again and printed as 'reopened';
--            or muted, by you: it is counted and never printed.  What becomes more severe is printed as 'raised'
--   flows    the records that say so; of rules with a threshold, those in the fullest window
--   owner, note, and columns that you add, are yours:
--       UPDATE alerts SET state = 'resolved', note = 'patched' WHERE id = '5b0c2f9e77a1';
--
-- A rule of your own: a file that fills temp.found, as rule-smb-outside.sql does, and a line below.
.bail on
.timeout 60000
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@window', 3600), ('@resolve_after', 604800), ('@exit', 10);
-- The sample for a database in memory, never for a file.
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT '@logs', 'tests/data/AWSLogs' FROM pragma_database_list WHERE name = 'main' AND file = '';
CREATE TEMP TABLE IF NOT EXISTS must_run (
  logs CONSTRAINT "flowlogs: which logs? .parameter set @logs ""'/srv/AWSLogs'""" CHECK (logs IS NOT NULL),
  since CONSTRAINT "flowlogs: @since is no time: .parameter set @since ""'2026-03-09'""" CHECK (since IS NULL OR
    ifnull(iif(typeof(since) = 'text', unixepoch(since), since) BETWEEN 1e8 AND 1e11, 0)));
INSERT INTO must_run VALUES (@logs, @since);
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@tree', value FROM temp.sqlite_parameters WHERE key = '@logs' UNION ALL SELECT '@run', 1;

BEGIN IMMEDIATE;
.read sql/alerts/setup.sql
DELETE FROM found;

CREATE TABLE IF NOT EXISTS alert_schema (version INTEGER NOT NULL);
INSERT INTO alert_schema SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM alert_schema);
CREATE TABLE IF NOT EXISTS alert_files (
  path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER,
  at INTEGER NOT NULL,      -- when it was delivered, Unix seconds, or its mtime
  log INTEGER NOT NULL      -- 0: no flow log
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alerts (
  id TEXT PRIMARY KEY,      -- made of rule and key: the same in every run and database
  rule TEXT NOT NULL, key TEXT NOT NULL,
  severity TEXT NOT NULL, technique TEXT NOT NULL, title TEXT NOT NULL,
  first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, flows INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved', 'muted')),
  printed TEXT NOT NULL,    -- when it was printed last
  owner TEXT, note TEXT,
  UNIQUE (rule, key));

-- What must hold, or the run ends here.
DROP TABLE IF EXISTS temp.alert_must;
CREATE TEMP TABLE alert_must (
  version INTEGER CONSTRAINT "flowlogs: the database was made by a newer sql/alerts/run.sql" CHECK (version = 1),
  logs INTEGER CONSTRAINT "flowlogs: there is no flow log in @logs" CHECK (logs > 0));
INSERT INTO alert_must (version) SELECT version FROM alert_schema;

-- The files.
DROP TABLE IF EXISTS temp.alert_listed;
CREATE TEMP TABLE alert_listed AS
  SELECT f.path, f.size, f.mtime, coalesce(f.delivered, f.mtime) AS at, f.delivered IS NOT NULL AS named, k.log AS log,
         k.path IS NULL OR k.size IS NOT f.size OR k.mtime IS NOT f.mtime AS new
    FROM flowlogs_files(@tree, @format) f LEFT JOIN alert_files k ON k.path = f.path
   WHERE @since IS NULL OR coalesce(f.delivered, f.mtime) >= iif(typeof(@since) = 'text', unixepoch(@since), @since);
-- What a folder's scan passes over must not be named; what it stops at must stop us.
UPDATE alert_listed SET log = named OR EXISTS (
    SELECT 1 FROM flowlogs_files(alert_listed.path, @format)
     WHERE fields IS NOT NULL OR kind = 'parquet'
        OR note NOT LIKE 'is no flow log: %'
           AND note NOT LIKE 'is a % file, which can''t be read; plain text and gzip can')
 WHERE new;
INSERT INTO alert_must (logs) SELECT count(*) FROM alert_listed WHERE log;
CREATE INDEX temp.alert_new ON alert_listed (at) WHERE new;

-- The rules of single records read the new files.
UPDATE temp.sqlite_parameters SET value = (SELECT json_group_array(path) FROM alert_listed WHERE new AND log)
 WHERE key = '@logs';
.read sql/alerts/rule-rejected-inside.sql
.read sql/alerts/rule-bad-address.sql
.read sql/alerts/rule-remote-access.sql
.read sql/alerts/rule-database-exposed.sql
.read sql/alerts/rule-dns-outside.sql
.read sql/alerts/rule-smb-outside.sql

-- The rules with a threshold also read those around them, as far as a window and the delivery reach.
UPDATE temp.sqlite_parameters SET value = (
  SELECT json_group_array(path) FROM alert_listed f
   WHERE log AND EXISTS (
     SELECT 1 FROM alert_listed n
      WHERE n.new AND n.log AND n.at BETWEEN f.at - @window - 1200 AND f.at + @window + 1200))
 WHERE key = '@logs';
.read sql/alerts/rule-scan-inside.sql
.read sql/alerts/rule-volume-out.sql
.read sql/alerts/rule-password-guessing.sql

-- What is news.
DROP TABLE IF EXISTS temp.alert_news;
CREATE TEMP TABLE alert_news AS
  SELECT coalesce(a.id, substr(lower(hex(sha3(f.rule || char(10) || f.key, 224))), 1, 12)) AS id,
         CASE WHEN a.id IS NULL THEN 'new'
              WHEN a.state = 'resolved' AND datetime(f.last_seen, 'unixepoch') > a.last_seen THEN 'reopened'
              WHEN a.state = 'open' AND f.rank < a.rank THEN 'raised' END AS news,
         f.rule, f.key, f.title, f.technique,
         iif(f.rank < a.rank, f.severity, coalesce(a.severity, f.severity)) AS severity,
         min(datetime(f.first_seen, 'unixepoch'), coalesce(a.first_seen, '9999')) AS first_seen,
         max(datetime(f.last_seen, 'unixepoch'), coalesce(a.last_seen, '')) AS last_seen,
         iif(f.threshold, max(f.flows, coalesce(a.flows, 0)), f.flows + coalesce(a.flows, 0)) AS flows
    FROM (SELECT *, instr('highmediumlow', severity) AS rank FROM found) f
    LEFT JOIN (SELECT *, instr('highmediumlow', severity) AS rank FROM alerts) a ON a.rule = f.rule AND a.key = f.key;
UPDATE alerts
   SET severity = n.severity, title = n.title, technique = n.technique, flows = n.flows,
       first_seen = n.first_seen, last_seen = n.last_seen,
       state = iif(n.news = 'reopened', 'open', alerts.state), printed = iif(n.news IS NULL, alerts.printed, datetime())
  FROM alert_news n WHERE n.id = alerts.id;
INSERT INTO alerts (id, rule, key, severity, technique, title, first_seen, last_seen, flows, printed)
  SELECT id, rule, key, severity, technique, title, first_seen, last_seen, flows, datetime()
    FROM alert_news WHERE news = 'new';
INSERT OR REPLACE INTO alert_files SELECT path, size, mtime, at, log FROM alert_listed WHERE new;
-- The clock is that of the logs: while none come, nothing is resolved.  And nobody's alert is before he could see it.
UPDATE alerts SET state = 'resolved'
 WHERE state = 'open' AND unixepoch(last_seen) < (SELECT max(at) FROM alert_files WHERE log) - @resolve_after
   AND unixepoch(printed) <= unixepoch() - @resolve_after;

-- Prints it.  Through a pipe, so that it has arrived when we go on; if it can't, this ends us before COMMIT.
.once '|cat || kill $PPID'
SELECT news, id, severity, rule, title, first_seen, last_seen, flows, technique
  FROM alert_news WHERE news IS NOT NULL ORDER BY instr('highmediumlow', severity), rule, first_seen, key;
COMMIT;

-- .exit takes no expression, so a script of two lines is written, read and removed.
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@logs', value FROM temp.sqlite_parameters WHERE key = '@tree' UNION ALL
  SELECT '@run', iif(@exit > 0 AND EXISTS (SELECT 1 FROM alert_news WHERE news IS NOT NULL), '.exit ' || @exit, '');
.read '|f=$(mktemp "${TMPDIR:-/tmp}/flowlogs.XXXXXX"); [ "$f" ] && printf "UPDATE temp.sqlite_parameters SET value = writefile(\047%s\047, \047.system rm -f \042%s\042\n\047 || value || char(10)) WHERE key = \047@run\047;\n.read \042%s\042\n" "$f" "$f" "$f" || echo ".exit 1"'
DELETE FROM temp.sqlite_parameters WHERE key IN ('@tree', '@run');
