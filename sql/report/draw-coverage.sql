-- What do the logs cover, and what is missing? ../report.sql reads this script, which prints
-- nothing.
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@section', 'coverage');
INSERT INTO report_html VALUES (
  '<section id="coverage"><h2>What the logs cover</h2><p class="lead">'
  || 'A gap means that there is no record of any interface: files are missing, or nothing was '
  || 'logged. Where records were lost, every sum is a lower bound.</p>');
INSERT INTO report_html
WITH fact(name, number, bad) AS (
  SELECT 'files that were read', sum(verdict = 'flow log'), 0 FROM report_files UNION ALL
  SELECT 'files that were passed over', sum(verdict <> 'flow log'), 0 FROM report_files UNION ALL
  SELECT 'lines that cannot be used', total(errors), total(errors) > 0 FROM report_files UNION ALL
  SELECT 'records without data', total(records), 0 FROM report_minutes
   WHERE status = 'NODATA' UNION ALL
  SELECT 'records that stand for lost ones', total(skipdata), total(skipdata) > 0 FROM report_lost
   UNION ALL
  SELECT 'connections outside your networks', total(iif(direction = 'external', n, 0)),
         total(iif(direction = 'external', n, 0)) > total(n) / 2 FROM report_pairs)
SELECT '<table>' || group_concat('<tr><th>' || name || '</th><td' || iif(bad, ' class="high"', '')
       || '>' || printf('%,d', ifnull(number, 0)) || '</td></tr>', '') || '</table>' FROM fact;
DROP TABLE IF EXISTS temp.report_bad;
CREATE TEMP TABLE report_bad (text TEXT, html TEXT AS (
  replace(replace(replace(printable(text), '&', '&amp;'), '<', '&lt;'), '>', '&gt;')));
INSERT INTO report_bad
SELECT path || ': ' || iif(errors > 0, errors || iif(errors = 1, ' error', ' errors'), '')
       || iif(errors > 0 AND note <> '', ', ', '') || ifnull(note, '')
  FROM report_files WHERE errors > 0 OR note IS NOT NULL ORDER BY errors DESC, path LIMIT @top;
INSERT INTO report_html
SELECT '<ul>' || group_concat('<li>' || html || '</li>', '') || '</ul>'
  FROM report_bad GROUP BY NULL;
INSERT INTO report_row (section, place, label, note, tail, more)
SELECT 'coverage', 1, 'Records',
       @steps || iif(@steps = 1, ' column of ', ' columns of ') || @step_said,
       n || iif(n = 1, ' column has records', ' columns have records'),
       (@steps - n) || iif(@steps - n = 1, ' has none', ' have none')
  FROM (SELECT count(DISTINCT (at - @begin) / @step) AS n FROM report_minutes);
INSERT INTO report_cell (section, place, class, x, width, height)
SELECT 'coverage', 1, 'covered', n * 1000.0 / @steps, 1000.0 / @steps,
       12 + 88.0 * records / max(records) OVER ()
  FROM (SELECT (at - @begin) / @step AS n, sum(records) AS records FROM report_minutes GROUP BY 1);
.read sql/report/draw-lost.sql
.read sql/report/draw-rows.sql
