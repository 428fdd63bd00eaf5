-- Alerts: runs all rules on the files that are new since the last run, keeps what it knows in your database, and prints
-- what is new.  For cron, from the top of the tree (in one line there):
--
--   */5 * * * * cd /opt/flowlogs && sqlite3 -batch -cmd '.load ./build/flowlogs' -cmd '.parameter init'
--       -cmd ".parameter set @logs \"'/srv/AWSLogs'\"" /srv/alerts.db '.read sql/alerts/run.sql'
--
--   @logs            files, folder or pattern, the same in each run; no default, but for a database in memory
--   @on_error, @format   'skip', '${srcaddr} …', as everywhere
--   @since           UTC text or Unix seconds: files that were delivered before are left out
--   @resolve_after   seconds without a sighting after which an alert is resolved (7 days)
--   @exit            exit status when something was printed (10), 1 to 255; NULL: 0
--   @partial         1: logs may lack fields; rules that need them find nothing there (0)
--   and those of the rules: @many, @window, @scan_ports, @volume_bytes …
--
-- Exit status: 0 nothing new; 10 (@exit) something printed; 1 an error, and then nothing is changed: the next run does
-- it all.  A file that can't be read is an error, until it is repaired or gone, or @on_error is 'skip'.  A shell that
-- somebody types into goes on.  There, an error leaves the transaction open, and others wait for it: type ROLLBACK;
-- which also takes back the parameters that were set since.
--
-- Everything is one transaction, and printing is the last thing in it.  A run that is killed has changed nothing, and
-- the next one prints what it would have.  If it was killed in the milliseconds between printing and COMMIT, the next
-- run prints the same again, with the same ids: at least once, never lost.  Likewise if its output can't be written:
-- status.sh knows.  (Killed there, it may leave a folder flowlogs.PID of one small file, where temporary files are.)
-- A run that meets another one, or a reader, waits up to a minute, then ends with "database is locked" and status 1.
--
-- The table alerts has a row for each rule and key:
--   state    open; or resolved, by you or after @resolve_after: seen again, it is open again and printed as 'reopened';
--            or muted, by you: it is counted and never printed.  What becomes more severe is printed as 'raised'
--   flows    the records that say so; of rules with a threshold, those in the fullest window
--   owner, note, and columns that you add, are yours:
--       UPDATE alerts SET state = 'resolved', note = 'patched' WHERE id = '5b0c2f9e77a1';
--
-- A rule of your own: a file that fills temp.found, as rule-smb-outside.sql does, and a line below.
.system test -f sql/alerts/run.sql || ! echo 'flowlogs: run.sql is read from the top of its tree: cd there first' >&2
.bail on
.timeout 60000
.parameter init

-- What must hold, or the run ends here.
CREATE TEMP TABLE IF NOT EXISTS alert_must (
  ended INTEGER CONSTRAINT "flowlogs: the last run ended with an error, its transaction was open and is now rolled back, with parameters that were set since: set them again, then .read sql/alerts/run.sql" CHECK (ended = 0),
  given INTEGER CONSTRAINT "flowlogs: which logs? .parameter set @logs ""'/srv/AWSLogs'""" CHECK (given > 0),
  exit INTEGER CONSTRAINT "flowlogs: @exit is 1 to 255, or NULL" CHECK (CAST(exit AS INTEGER) = exit AND exit BETWEEN 0 AND 255),
  since INTEGER CONSTRAINT "flowlogs: @since is no time: .parameter set @since ""'2026-03-09'""" CHECK (since),
  room INTEGER CONSTRAINT "flowlogs: no room for a temporary file: set TMPDIR to a folder that has some" CHECK (room),
  version INTEGER CONSTRAINT "flowlogs: the database was made by a newer sql/alerts/run.sql" CHECK (version = 1),
  logs INTEGER CONSTRAINT "flowlogs: there is no flow log in @logs" CHECK (logs > 0),
  fields INTEGER CONSTRAINT "flowlogs: logs lack fields that rules need, see above; @partial 1 goes on without, but for srcaddr, dstaddr, start and end" CHECK (fields = 0),
  printed INTEGER CONSTRAINT "flowlogs: the alerts can't be printed: nothing is changed" CHECK (printed));
INSERT OR ROLLBACK INTO temp.alert_must (ended) SELECT count(*) FROM temp.sqlite_parameters WHERE key = '@run';
INSERT INTO temp.alert_must (given)
  SELECT count(*) FROM (SELECT 1 FROM pragma_database_list WHERE name = 'main' AND file = ''
                        UNION ALL SELECT 1 FROM temp.sqlite_parameters WHERE key = '@logs' AND value <> '');
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@window', 3600),
  ('@many', 10), ('@resolve_after', 604800), ('@exit', 10), ('@partial', 0);
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@status', NULL);
.read '|sh sql/alerts/status.sh try $PPID'
INSERT INTO temp.alert_must (exit, since, room)
  SELECT @exit, @since IS NULL OR coalesce(iif(typeof(@since) = 'text', unixepoch(@since), @since) BETWEEN 1e8 AND 1e11, 0),
         @status IS 'room';

BEGIN EXCLUSIVE;
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@tree', value FROM temp.sqlite_parameters WHERE key = '@logs' UNION ALL SELECT '@run', 1;
.read sql/alerts/setup.sql
.read sql/alerts/state.sql
DELETE FROM found;
INSERT OR ROLLBACK INTO temp.alert_must (version) SELECT version FROM alert_schema;

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
INSERT OR ROLLBACK INTO temp.alert_must (logs) SELECT count(*) FROM alert_listed WHERE log;
CREATE INDEX temp.alert_new ON alert_listed (at) WHERE new;

-- The rules of single records read the new files.
UPDATE temp.sqlite_parameters SET value = (SELECT json_group_array(path) FROM alert_listed WHERE new AND log)
 WHERE key = '@logs';
DROP TABLE IF EXISTS temp.alert_lacking;
CREATE TEMP TABLE alert_lacking AS SELECT * FROM lacking WHERE vital OR NOT @partial;
.once '|cat >&2'
SELECT path, lacks FROM alert_lacking ORDER BY path LIMIT 10;
INSERT OR ROLLBACK INTO temp.alert_must (fields) SELECT count(*) FROM alert_lacking;
DELETE FROM known;
INSERT INTO known
  SELECT rule, substr(key, 1, instr(key, ' -> ') - 1), substr(key, instr(key, ' -> ') + 4),
         iif(key LIKE '% -> many', @many + 1, 1)
    FROM alerts WHERE key LIKE '% -> %' AND (state = 'open' OR state = 'muted' AND key LIKE '% -> many');
.read sql/alerts/rule-rejected-inside.sql
.read sql/alerts/rule-bad-address.sql
.read sql/alerts/rule-remote-access.sql
.read sql/alerts/rule-database-exposed.sql
.read sql/alerts/rule-dns-outside.sql
.read sql/alerts/rule-smb-outside.sql

-- The rules with a threshold also read those around them, as far as a window and the delivery reach.  They judge the
-- windows that new records are in: of others, a part may be missing.
DELETE FROM judged;
INSERT OR IGNORE INTO judged
  SELECT (unixepoch(minute) + second.value) / (@window / 2) - half.value
    FROM (SELECT minute FROM flowlogs_rollup(@logs, @on_error, @format) WHERE @logs <> '[]' GROUP BY minute)
    CROSS JOIN json_each('[0, 59]') second CROSS JOIN json_each('[0, 1]') half
   WHERE minute IS NOT NULL;
UPDATE temp.sqlite_parameters SET value = (
  SELECT json_group_array(path) FROM alert_listed f
   WHERE log AND EXISTS (
     SELECT 1 FROM alert_listed n
      WHERE n.new AND n.log AND n.at BETWEEN f.at - @window - 1200 AND f.at + @window + 1200))
 WHERE key = '@logs';
.read sql/alerts/rule-scan-inside.sql
.read sql/alerts/rule-volume-out.sql
.read sql/alerts/rule-password-guessing.sql

-- What is news.  A title that says more than the new one stays.
DROP TABLE IF EXISTS temp.alert_news;
CREATE TEMP TABLE alert_news AS
  SELECT coalesce(a.id, substr(lower(hex(sha3(f.rule || char(10) || f.key, 224))), 1, 12)) AS id,
         CASE WHEN a.id IS NULL THEN 'new'
              WHEN a.state = 'resolved' AND datetime(f.last_seen, 'unixepoch') > a.last_seen THEN 'reopened'
              WHEN a.state = 'open' AND f.rank < a.rank THEN 'raised' END AS news,
         f.rule, f.key,
         iif(f.rank > a.rank OR f.rank = a.rank AND f.threshold AND f.flows < a.flows, a.title, f.title) AS title,
         iif(f.rank > a.rank, a.technique, f.technique) AS technique,
         iif(f.rank > a.rank, a.severity, f.severity) AS severity,
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

-- Prints it, and goes on if it has been printed.
UPDATE temp.sqlite_parameters SET value = @tree WHERE key = '@logs';
DELETE FROM found;
DELETE FROM known;
DELETE FROM judged;
.once '|sh sql/alerts/status.sh keep $PPID'
SELECT 'exit' || @exit AS status WHERE @exit > 0 AND EXISTS (SELECT 1 FROM alert_news WHERE news IS NOT NULL);
.once '|sh sql/alerts/status.sh print $PPID'
SELECT news, id, severity, rule, title, first_seen, last_seen, flows,
       substr(technique, 1, instr(technique || ' ', ' ') - 1) AS technique
  FROM alert_news WHERE news IS NOT NULL ORDER BY instr('highmediumlow', severity), rule, first_seen, key;
.read '|sh sql/alerts/status.sh printed $PPID'
INSERT OR ROLLBACK INTO temp.alert_must (printed) SELECT @status IS 'printed';
DELETE FROM temp.sqlite_parameters WHERE key IN ('@tree', '@run', '@status');
COMMIT;
.read '|sh sql/alerts/status.sh leave $PPID'
