-- What has a rule found, and in how much?  Each rule ends with this script.  It prints nothing
-- while run.sql runs the rules, because run.sql sets @run and prints the news itself.
--
--   @run   not NULL within run.sql
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' :memory: '.read sql/alerts/show.sql'
.parameter init
.read sql/alerts/setup.sql
SELECT would_fire, flowlogs_scan_stats() ->> 'files_read' AS files_read,
       flowlogs_scan_stats() ->> 'records' AS records, rule
  FROM (SELECT count(*) AS would_fire, group_concat(DISTINCT rule) AS rule FROM found)
 WHERE @run IS NULL;
SELECT severity, printable(title) AS title,
       strftime('%m-%d %H:%M', first_seen, 'unixepoch') AS first_seen,
       strftime('%m-%d %H:%M', last_seen, 'unixepoch') AS last_seen, flows,
       substr(technique, 1, instr(technique, ' ') - 1) AS technique
  FROM found WHERE @run IS NULL
 ORDER BY instr('highmediumlow', severity), rule, found.first_seen, key;
-- Where no file has action, as with logs of transit gateways only, the rules that need it find
-- nothing.
WITH logs AS MATERIALIZED (SELECT * FROM file_lacks WHERE @run IS NULL)
SELECT printable(path) AS path, iif(no_file, lacks_all, lacks) AS lacks_fields_that_rules_need
  FROM logs CROSS JOIN (SELECT min(no_action) AS no_file FROM logs)
 WHERE lacks_fields_that_rules_need IS NOT NULL ORDER BY logs.path LIMIT 10;
DELETE FROM found WHERE @run IS NULL;
