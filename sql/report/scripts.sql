-- Which scripts give the rows of which section? Their texts are shown below its pictures; base is
-- 1 for a table that is not drawn itself. ../report.sql reads this script, which prints nothing.
DROP TABLE IF EXISTS temp.report_script;
CREATE TEMP TABLE report_script (section TEXT, place INTEGER, file TEXT, base INTEGER, text TEXT,
  html TEXT AS (replace(replace(replace(text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')));
INSERT INTO report_script (section, place, file, base, text)
WITH listed(section, files) AS (VALUES
  ('coverage', '["rows-minutes", "rows-files", "rows-lost", "rows-lost-times"]'),
  ('timeline', '["rows-minutes", "rows-timeline"]'),
  ('entries', '["rows-pairs", "rows-entries", "rows-entry-times"]'),
  ('left', '["rows-pairs", "rows-left", "rows-left-times", "rows-nat"]'),
  ('inside', '["rows-pairs", "rows-matrix", "rows-new"]'),
  ('beacons', '["rows-beacons", "rows-beacon-times"]'),
  ('rejects', '["rows-rejects"]'),
  ('host', '["rows-host", "rows-host-times"]'))
SELECT section, f.key, f.value, f.value IN ('rows-pairs')
         OR section = 'timeline' AND f.value = 'rows-minutes',
       CAST(readfile('sql/report/' || f.value || '.sql') AS TEXT)
  FROM listed, json_each(files) f;
INSERT INTO report_script (section, place, file, base, text)
SELECT 'alerts', 0, 'rules', 1, group_concat('.read "sql/alerts/' || value || '.sql"', char(10))
  FROM json_each('["rule-rejected-inside", "rule-scan-inside", "rule-bad-address",
    "rule-volume-out", "rules-inwards", "rule-password-guessing", "rules-outwards",
    "rule-mining-pool"]');
SELECT 1 WHERE NOT flowlogs_require(NOT EXISTS (SELECT 1 FROM report_script WHERE text IS NULL),
  'flowlogs: report.sql is read from the top of its tree: cd there first, read it by anywhere.sh, '
  || 'or read what make install makes of it');
