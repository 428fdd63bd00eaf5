-- Bytes in and out and rejects over time, below the marks of the alerts. ../report.sql reads this
-- script, which prints nothing.
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@section', 'timeline');
INSERT INTO report_html
SELECT '<section id="timeline"><h2>Timeline</h2><p class="lead">Each byte counts once, however '
       || 'many interfaces logged it, and what NAT gateways send on is left out. A column is '
       || @step_said || '.</p>';
.read sql/report/draw-marks.sql
DROP TABLE IF EXISTS temp.report_point;
CREATE TEMP TABLE report_point AS
WITH line(place, class, label, note) AS (VALUES
  (1, 'out', 'Bytes out', 'from inside to outside'),
  (2, 'in', 'Bytes in', 'from outside to inside'),
  (3, 'stay', 'Bytes inside', 'from inside to inside'),
  (4, 'no', 'Rejected records', 'by security groups and network ACLs'))
SELECT n, at, line.*, CASE place WHEN 1 THEN went_out WHEN 2 THEN came_in WHEN 3 THEN stayed
                                 ELSE rejected END AS value FROM report_timeline, line;
INSERT INTO report_row (section, place, label, note, tail, bytes, more, bytes2, more2, at, tall)
SELECT 'timeline', place, label, note, NULL, iif(place < 4, sum, NULL),
       iif(place < 4, ' in all, at most ', printf('%,d in all, at most %,d', sum, peak)),
       iif(place < 4, peak, NULL), ' at ', at, 1
  FROM (SELECT *, max(value) AS peak, total(value) AS sum FROM report_point GROUP BY place)
 WHERE peak > 0;
INSERT INTO report_cell (section, place, class, x, width, height, at, bytes, count)
SELECT 'timeline', place, class, n * 1000.0 / @steps, 900.0 / @steps,
       max(1, 100 * value / max(value) OVER (PARTITION BY place)), at, value,
       iif(place = 4, value, NULL) FROM report_point WHERE value > 0;
.read sql/report/draw-rows.sql
