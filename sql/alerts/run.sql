-- What is new?  This script runs all rules on the files that are new since its last run, keeps
-- what it knows in your database, and prints each alert once.  For cron (in one line there), from
-- the top of the tree, or from any folder with the scripts that make install makes:
--
--   */5 * * * * cd /opt/flowlogs && sqlite3 -batch -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs'
--       -cmd '.parameter init' -cmd ".parameter set @logs \"'/srv/AWSLogs'\"" /srv/alerts.db '.read sql/alerts/run.sql'
--
--   @logs            files, a folder or a pattern, the same in each run; there is no default,
--                    except for a database in memory, which gets the sample's logs
--   @on_error, @format   'skip', '${srcaddr} ...', as everywhere
--   @since           UTC text or Unix seconds: files that were delivered earlier are left out
--   @resolve_after   an alert that is not seen for this many seconds is resolved (7 days)
--   @exit            the exit status when something was printed (10), 1 to 255; NULL stands for 0
--   @html            1: what is new is printed as a page of HTML, in the output mode list (0)
--   @partial         1: the logs may lack fields; rules that need these find nothing there (0)
--   and the parameters of the rules: @many, @window, @scan_ports, @volume_bytes ...
--
-- The exit status is 0 when nothing is new, 10 (@exit) when something was printed, and 1 after an
-- error.  After an error nothing is changed, and the next run does all of the work.  A file that
-- cannot be read is an error until it is repaired or removed, or @on_error is 'skip'.
--
-- Everything happens in one transaction, and printing is the last thing in it.  A run that is
-- killed has changed nothing, and the next run prints what the killed one would have printed.  If
-- a run is killed in the milliseconds between printing and COMMIT, the next one prints the same
-- alerts again, with the same ids: each alert is printed at least once.  The same holds if the
-- output cannot be written, because status.sh tells whether it was.  (A run that is killed at
-- that moment may leave a folder flowlogs.PID.RANDOM, with one small file, where temporary files are.)
-- A run that meets another run, or a reader, waits for up to a minute and then ends with
-- "database is locked" and status 1.  The .timeout comes first because .parameter init already
-- reads the database: if it is locked then, the parameters are lost, and -bail ends the shell.
--
-- A shell into which somebody types is not ended.  After the errors that this script raises
-- itself, the transaction is rolled back there, too.  An error of another kind, such as a file
-- that cannot be read, leaves the transaction open, and other users of the database wait for it.
-- Type ROLLBACK; to end it, which also takes back the parameters that were set since.  If you do
-- not, the next run does so and says it.
--
-- deliver.sh sends what was printed to other machines.
--
-- README.md beside this file describes the table alerts, and how to add a rule of your own.
.system test -f sql/alerts/run.sql || ! echo 'flowlogs: run.sql is read from the top of its tree: cd there first, read it by anywhere.sh, or read what make install makes of it' >&2
.bail on
.timeout 60000
.parameter init

-- Within the transaction, a condition that does not hold must also roll it back.  An error of
-- flowlogs_require() would leave it open under somebody who types; RAISE(ROLLBACK) does not.
CREATE TEMP TABLE IF NOT EXISTS alert_stop (reason TEXT);
CREATE TEMP TRIGGER IF NOT EXISTS alert_stops BEFORE INSERT ON alert_stop BEGIN
  SELECT CASE NEW.reason
    WHEN 'open' THEN RAISE(ROLLBACK,
      'flowlogs: the last run ended with an error and is now rolled back, with parameters set since: set them again')
    WHEN 'version' THEN RAISE(ROLLBACK, 'flowlogs: the database was made by a newer sql/alerts/run.sql')
    WHEN 'logs' THEN RAISE(ROLLBACK, 'flowlogs: there is no flow log in @logs')
    WHEN 'fields' THEN RAISE(ROLLBACK,
      'flowlogs: logs lack fields that rules need, see above; @partial 1 goes on, but not without addresses and times')
    WHEN 'printed' THEN RAISE(ROLLBACK, 'flowlogs: the alerts can''t be printed: nothing is changed')
    WHEN 'page' THEN RAISE(ROLLBACK,
      'flowlogs: the page can''t be printed: nothing is changed; @html needs the output mode list, without headers: -list -noheader')
  END;
END;
INSERT INTO temp.alert_stop SELECT 'open' FROM temp.sqlite_parameters WHERE key = '@run';

SELECT 1 WHERE NOT flowlogs_require(
  @logs <> '' OR EXISTS (SELECT 1 FROM pragma_database_list WHERE name = 'main' AND file = ''),
  'flowlogs: which logs? .parameter set @logs "''/srv/AWSLogs''" (set but lost, because another run had the database? '
  || '-cmd ".timeout 60000" comes before -cmd ".parameter init")');
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@window', 3600),
  ('@many', 10), ('@resolve_after', 604800), ('@exit', 10), ('@partial', 0), ('@html', 0);
SELECT 1 WHERE NOT flowlogs_require(
  @exit IS NULL OR CAST(@exit AS INTEGER) = @exit AND CAST(@exit AS INTEGER) BETWEEN 0 AND 255,
  'flowlogs: @exit is 1 to 255, or NULL');
SELECT 1 WHERE NOT flowlogs_require(
  @html IS NULL OR @html IN (0, 1), 'flowlogs: @html is 1 for a page of HTML, or 0: .parameter set @html 1');
SELECT 1 WHERE NOT flowlogs_require(
  @since IS NULL OR iif(typeof(@since) = 'text', unixepoch(@since), @since) BETWEEN 1e8 AND 1e11,
  'flowlogs: @since is no time: .parameter set @since "''2026-03-09''"');
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@status', NULL);
.read '|sh sql/alerts/status.sh try $PPID'
SELECT 1 WHERE NOT flowlogs_require(@status IS 'room',
  'flowlogs: no room for a temporary file: set TMPDIR to a folder that has some');

BEGIN EXCLUSIVE;
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@tree', value FROM temp.sqlite_parameters WHERE key = '@logs' UNION ALL VALUES ('@run', 1), ('@rule', NULL);
.read sql/alerts/setup.sql
.read sql/alerts/state.sql
DELETE FROM found;
INSERT INTO temp.alert_stop SELECT 'version' FROM alert_schema WHERE version <> 1;

-- The files: `at` is the time by which they are compared, `named` tells that AWS named the file,
-- `log` that it is one to read, `new` that no earlier run has seen it as it is now.
DROP TABLE IF EXISTS temp.alert_listed;
CREATE TEMP TABLE alert_listed AS
  SELECT f.path, f.size, f.mtime, coalesce(f.delivered, f.mtime) AS at, f.delivered IS NOT NULL AS named, k.log AS log,
         k.path IS NULL OR k.size IS NOT f.size OR k.mtime IS NOT f.mtime AS new
    FROM flowlogs_files(@tree, @format) f LEFT JOIN alert_files k ON k.path = f.path
   WHERE @since IS NULL OR coalesce(f.delivered, f.mtime) >= iif(typeof(@since) = 'text', unixepoch(@since), @since);
-- What cannot be opened (it has no `kind`), or not even examined (it has no size), is neither read
-- nor recorded under 'skip', so that a later run reads it: to be readable again changes neither the
-- size nor the mtime of a file.
DELETE FROM alert_listed WHERE @on_error = 'skip' AND size IS NULL;
-- The rules are given the names of files, and a file that is named must be a flow log.  So those
-- that the scan of a folder passes over ('other', 'empty') are left out.  Those that would stop
-- such a scan ('unreadable') must stop this run as well, and so must whatever has the name of a
-- flow log.
UPDATE alert_listed SET log = named OR EXISTS (
    SELECT 1 FROM flowlogs_files(alert_listed.path, @format) WHERE verdict IN ('flow log', 'unreadable'))
 WHERE new;
DELETE FROM alert_listed
 WHERE @on_error = 'skip' AND new
   AND EXISTS (SELECT 1 FROM flowlogs_files(alert_listed.path, @format) WHERE verdict = 'unreadable' AND kind IS NULL);
INSERT INTO temp.alert_stop SELECT 'logs' WHERE NOT EXISTS (SELECT 1 FROM alert_listed WHERE log);
CREATE INDEX temp.alert_new ON alert_listed (at) WHERE new;

-- The rules about single records read the new files.
UPDATE temp.sqlite_parameters SET value = (SELECT json_group_array(path) FROM alert_listed WHERE new AND log)
 WHERE key = '@logs';
DROP TABLE IF EXISTS temp.alert_lacking;
CREATE TEMP TABLE alert_lacking AS SELECT * FROM lacking WHERE vital OR NOT @partial;
.once '|cat >&2'
SELECT printable(path) AS path, lacks FROM alert_lacking ORDER BY alert_lacking.path LIMIT 10;
INSERT INTO temp.alert_stop SELECT 'fields' FROM alert_lacking;
DELETE FROM known;
INSERT INTO known
  SELECT rule, substr(key, 1, instr(key, ' -> ') - 1), substr(key, instr(key, ' -> ') + 4),
         iif(key LIKE '% -> many', @many + 1, 1)
    FROM alerts WHERE key LIKE '% -> %' AND (state = 'open' OR state = 'muted' AND key LIKE '% -> many');
DELETE FROM judged;
INSERT OR IGNORE INTO judged
  SELECT (unixepoch(minute) + second.value) / (@window / 2) - half.value
    FROM (SELECT minute FROM flowlogs_rollup(@logs, @on_error, @format) WHERE @logs <> '[]' GROUP BY minute)
    CROSS JOIN json_each('[0, 59]') second CROSS JOIN json_each('[0, 1]') half
   WHERE minute IS NOT NULL;
.read sql/alerts/rule-rejected-inside.sql
-- The other rules ask flowlogs_connections, which @partial leaves files to that have what it needs.
CREATE TEMP VIEW IF NOT EXISTS alert_joined AS
  SELECT json_group_array(l.value) AS logs FROM temp.sqlite_parameters p CROSS JOIN json_each(p.value) l
   WHERE p.key = '@logs' AND l.value NOT IN (SELECT path FROM file_lacks WHERE no_ends);
UPDATE temp.sqlite_parameters SET value = (SELECT logs FROM alert_joined) WHERE key = '@logs' AND @partial;
.read sql/alerts/rule-bad-address.sql
.read sql/alerts/rules-inwards.sql
.read sql/alerts/rules-outwards.sql

-- The rules with a threshold judge only the windows that contain new records, because of other
-- windows a part may be missing.  They also read the files of earlier runs in which other records
-- of these windows can be: those that AWS named, by the time T of their names, which may have
-- records from T - 4560 (they were delivered an hour late) to T + 600; and those around the new
-- ones, as far as a window and 1200 seconds reach, because an mtime says no more.
UPDATE temp.sqlite_parameters SET value = (
  SELECT json_group_array(path) FROM alert_listed f
   WHERE log AND (EXISTS (
     SELECT 1 FROM alert_listed n
      WHERE n.new AND n.log AND n.at BETWEEN f.at - @window - 1200 AND f.at + @window + 1200)
     OR named AND EXISTS (
       SELECT 1 FROM judged WHERE window BETWEEN (f.at - 4560 - @window) / (@window / 2) AND (f.at + 600) / (@window / 2))))
 WHERE key = '@logs';
.read sql/alerts/rule-volume-out.sql
UPDATE temp.sqlite_parameters SET value = (SELECT logs FROM alert_joined) WHERE key = '@logs' AND @partial;
.read sql/alerts/rule-scan-inside.sql
.read sql/alerts/rule-mining-pool.sql
.read sql/alerts/rule-password-guessing.sql

-- The words of the titles that end with a number of bytes, and that number.
DROP TABLE IF EXISTS temp.alert_titles;
CREATE TEMP TABLE alert_titles AS
  SELECT title, substr(words, 1, length(words) - 2) AS words, CAST(substr(title, length(words) + 1) AS INTEGER) AS bytes
    FROM (SELECT title, rtrim(rtrim(title, ' bytes'), '0123456789') AS words
            FROM (SELECT title FROM found UNION SELECT a.title FROM found JOIN alerts a USING (rule, key)))
   WHERE words LIKE '%, ' AND title = words || CAST(substr(title, length(words) + 1) AS INTEGER) || ' bytes';

-- What is news?  All that an alert says is about the same records.  For a rule with a threshold,
-- these are those of the fullest window, and so the old title stays if it is about more than the
-- new one.  For the others, they are those of all runs, and so `flows` and the bytes at the end of
-- the title are added up.  A time that is yet to come, by the newest file and by the clock of this
-- machine, counts as the present one.  Otherwise a record that ends in the year 5138 would keep its
-- alert from ever being resolved and reopened.
DROP TABLE IF EXISTS temp.alert_news;
CREATE TEMP TABLE alert_news AS
  WITH beside AS (              -- what was found, beside what the alert says so far
    SELECT f.*, instr('highmediumlow', f.severity) AS rank, present, a.id, a.state,
           a.severity AS old_severity, instr('highmediumlow', a.severity) AS old_rank, a.technique AS old_technique,
           a.title AS old_title, a.first_seen AS old_first, a.last_seen AS old_last, a.flows AS old_flows
      FROM found f
      CROSS JOIN (SELECT max(max(at), unixepoch()) + 600 AS present FROM alert_listed WHERE log)
      LEFT JOIN alerts a ON a.rule = f.rule AND a.key = f.key),
  compared AS (
    SELECT *, ifnull(rank > old_rank OR rank = old_rank AND threshold AND flows < old_flows, 0) AS stays,
           datetime(min(first_seen, present), 'unixepoch') AS first, datetime(min(last_seen, present), 'unixepoch') AS last
      FROM beside)
  SELECT coalesce(id, substr(lower(hex(sha3(rule || char(10) || key, 224))), 1, 12)) AS id,
         CASE WHEN id IS NULL THEN 'new' WHEN state = 'resolved' AND last > old_last THEN 'reopened'
              WHEN state = 'open' AND rank < old_rank THEN 'raised' END AS news,
         rule, key,
         CASE WHEN threshold OR new.bytes IS NULL AND old.bytes IS NULL THEN iif(stays, old_title, c.title)
              ELSE iif(stays, coalesce(old.words, old_title), coalesce(new.words, c.title)) || ', '
                   || (SELECT CAST(total(value) AS INTEGER) FROM json_each(json_array(new.bytes, old.bytes))) || ' bytes'
         END AS title,
         iif(rank > old_rank, old_technique, technique) AS technique,
         iif(rank > old_rank, old_severity, severity) AS severity,
         min(first, coalesce(old_first, '9999')) AS first_seen, max(last, coalesce(old_last, '')) AS last_seen,
         iif(threshold, iif(stays, old_flows, flows), flows + coalesce(old_flows, 0)) AS flows
    FROM compared c LEFT JOIN alert_titles new ON new.title = c.title
    LEFT JOIN alert_titles old ON old.title = old_title;
UPDATE alerts
   SET severity = n.severity, title = n.title, technique = n.technique, flows = n.flows,
       first_seen = n.first_seen, last_seen = n.last_seen,
       state = iif(n.news = 'reopened', 'open', alerts.state), printed = iif(n.news IS NULL, alerts.printed, datetime())
  FROM alert_news n WHERE n.id = alerts.id;
INSERT INTO alerts (id, rule, key, severity, technique, title, first_seen, last_seen, flows, printed)
  SELECT id, rule, key, severity, technique, title, first_seen, last_seen, flows, datetime()
    FROM alert_news WHERE news = 'new';
-- What deliver.sh sends: the same as is printed, in the same order, with the two ends of the key.
INSERT INTO alert_log (news, id, severity, rule, title, first_seen, last_seen, flows, technique, src, dst, version)
  SELECT news, id, severity, printable(rule), printable(title), first_seen, last_seen, flows,
         printable(substr(technique, 1, instr(technique || ' ', ' ') - 1)),
         iif(ip_scope(source) IS NULL, NULL, source), iif(ip_scope(target) IS NULL, NULL, target), flowlogs_version()
    FROM (SELECT *, substr(key, 1, instr(key, ' -> ') - 1) AS source,
            substr(ends, 1, instr(ends || ' ', ' ') - 1) AS target
            FROM (SELECT *, iif(key LIKE '% -> %', substr(key, instr(key, ' -> ') + 4), '') AS ends FROM alert_news))
   WHERE news IS NOT NULL
   ORDER BY instr('highmediumlow', severity), rule, first_seen, key;
-- Under 'skip', a file that could not be read to its end because of an error of the system is not
-- recorded either: the next run reads all of it, and what was read now counts again.  A file that is
-- damaged is recorded, because it must change before there is more in it.
DELETE FROM alert_listed
 WHERE @on_error = 'skip' AND path IN (
   SELECT e.file FROM (SELECT json_group_array(path) AS list FROM alert_listed WHERE new AND log)
     CROSS JOIN flowlogs_errors(list, @format) e
    WHERE list <> '[]' AND e.cause = 'system');
-- No file is recorded with a time that is yet to come, not even one whose mtime is.
INSERT OR REPLACE INTO alert_files SELECT path, size, mtime, min(at, unixepoch()), log FROM alert_listed WHERE new;
UPDATE alert_files SET at = unixepoch() WHERE at > unixepoch();
-- The logs are the clock: while none arrive, nothing is resolved.  Nor is an alert that was
-- printed so recently that nobody may have seen it.
UPDATE alerts SET state = 'resolved'
 WHERE state = 'open' AND unixepoch(last_seen) < (SELECT max(at) FROM alert_files WHERE log) - @resolve_after
   AND unixepoch(printed) <= unixepoch() - @resolve_after;

-- Prints the news, and commits only if all of them have been written.
UPDATE temp.sqlite_parameters SET value = @tree WHERE key = '@logs';
DELETE FROM found;
DELETE FROM known;
DELETE FROM judged;
.once '|sh sql/alerts/status.sh keep $PPID'
SELECT 'exit' || @exit AS status WHERE @exit > 0 AND EXISTS (SELECT 1 FROM alert_news WHERE news IS NOT NULL) UNION ALL
SELECT 'names_' || column1 FROM (VALUES          -- the inventories that are in the database, with the columns that are needed
    ('assets', '{"assets": ["ip", "name"]}'), ('dns', '{"dns_names": ["address", "name"]}'),
    ('interfaces', '{"interfaces": ["interface_id", "name", "description"], "interface_addresses": ["ip", "interface_id"]}'),
    ('ranges', '{"aws_ranges": ["cidr", "service", "region"]}'))
 WHERE @html AND NOT EXISTS (
   SELECT 1 FROM json_each(column2) t, json_each(t.value) c
    WHERE NOT EXISTS (SELECT 1 FROM pragma_table_info(t.key, 'main') i WHERE i.name = c.value));
.read sql/alerts/page.sql
.once '|sh sql/alerts/status.sh page $PPID'
SELECT line FROM alert_page ORDER BY rowid;
.once '|sh sql/alerts/status.sh print $PPID'
SELECT news, id, severity, printable(rule) AS rule, printable(title) AS title, first_seen, last_seen, flows,
       substr(technique, 1, instr(technique || ' ', ' ') - 1) AS technique
  FROM alert_news WHERE news IS NOT NULL AND @html IS NOT 1
 ORDER BY instr('highmediumlow', severity), alert_news.rule, first_seen, key;
.read '|sh sql/alerts/status.sh printed $PPID'
INSERT INTO temp.alert_stop SELECT iif(@html, 'page', 'printed') WHERE @status IS NOT 'printed';
DELETE FROM temp.sqlite_parameters WHERE key IN ('@tree', '@run', '@status', '@rule');
COMMIT;
.read '|sh sql/alerts/status.sh leave $PPID'
