-- What do the rules of ../alerts find in the period? ../report.sql reads this script, which prints
-- nothing: @run silences the rules, which then judge the windows of temp.judged only.
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@run', 'report'), ('@rule', NULL);
DELETE FROM found;
DELETE FROM known;
DELETE FROM judged;
INSERT OR IGNORE INTO judged
SELECT (m.at + second.value) / (@window / 2) - half.value
  FROM (SELECT DISTINCT at FROM report_minutes) m, json_each('[0, 59]') second,
       json_each('[0, 1]') half;
.read sql/alerts/rule-rejected-inside.sql
.read sql/alerts/rule-bad-address.sql
.read sql/alerts/rules-inwards.sql
.read sql/alerts/rules-outwards.sql
.read sql/alerts/rule-volume-out.sql
.read sql/alerts/rule-scan-inside.sql
.read sql/alerts/rule-mining-pool.sql
.read sql/alerts/rule-password-guessing.sql
DROP TABLE IF EXISTS temp.report_alerts;
CREATE TEMP TABLE report_alerts (
  place INTEGER PRIMARY KEY, rule, key, severity, technique, title, first, last, flows, named,
  html TEXT AS (replace(replace(replace(printable(title), '&', '&amp;'), '<', '&lt;'), '>',
                        '&gt;')));
INSERT INTO report_alerts (place, rule, key, severity, technique, title, first, last, flows)
SELECT row_number() OVER (ORDER BY instr('highmediumlow', severity), many, first_seen, rule, key),
       rule, key, severity, technique, title, first_seen, last_seen, flows
  FROM (SELECT *, count(*) OVER (PARTITION BY rule, severity) > @top / 2 AS many FROM found
         WHERE last_seen >= @begin AND first_seen < @begin + @step * @steps);
DELETE FROM found;
DELETE FROM judged;
DELETE FROM temp.sqlite_parameters WHERE key IN ('@run', '@rule');
