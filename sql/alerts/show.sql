-- What has been found, and in how much: each rule ends with this.  Nothing in run.sql, which sets @run and prints
-- itself what is new.
.parameter init
.read sql/alerts/setup.sql
SELECT count(*) AS would_fire, flowlogs_scan_stats() ->> 'files_read' AS files_read,
       flowlogs_scan_stats() ->> 'records' AS records, max(rule) AS rule
  FROM found HAVING @run IS NULL;
SELECT severity, title, strftime('%m-%d %H:%M', first_seen, 'unixepoch') AS first_seen,
       strftime('%m-%d %H:%M', last_seen, 'unixepoch') AS last_seen, flows,
       substr(technique, 1, instr(technique, ' ') - 1) AS technique
  FROM found WHERE @run IS NULL
 ORDER BY instr('highmediumlow', severity), rule, found.first_seen, key;
SELECT path, lacks AS lacks_fields_that_rules_need FROM lacking WHERE @run IS NULL ORDER BY path LIMIT 10;
DELETE FROM found WHERE @run IS NULL;
