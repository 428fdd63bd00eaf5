-- Rejected records by port and time, against the mean of each port. ../report.sql reads this
-- script, which prints nothing.
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@section', 'rejects');
INSERT INTO report_html
SELECT '<section id="rejects"><h2>Rejected, by port</h2><p class="lead">Each port against its own '
       || 'mean: the stronger the colour, the more it had than on average, and red is five times '
       || 'the mean and more, of ten records and more. A column is '
       || iif(@long_step = @step, @step_said, '1 hour') || '.</p>';
DROP TABLE IF EXISTS temp.report_port;
CREATE TEMP TABLE report_port AS
SELECT dense_rank() OVER (ORDER BY of_port DESC, protocol, port) AS place, * FROM report_rejects;
INSERT INTO report_row (section, place, class, label, tail, more, at)
SELECT 'rejects', place, iif(times >= 5 AND peak >= 50, 'hot', NULL),
       ifnull('<b>' || port_name(port, protocol) || '</b> ', '')
       || lower(ifnull(protocol_name(protocol), protocol)) || ifnull('/' || port, ''),
       printf('%,d', of_port) || ' rejected, mean '
       || iif(mean < 10, mean, printf('%,d', round(mean))), printf('%,d', peak)
       || iif(peak >= 10, ', ' || times || ' × mean, at ', ' at '),
       @begin - @begin % 3600 + n * @long_step
  FROM (SELECT *, max(records) FROM report_port GROUP BY place);
INSERT INTO report_cell (section, place, class, x, width, height)
SELECT 'rejects', place, CASE WHEN times >= 5 AND records >= 10 THEN 't5' WHEN times >= 2 THEN 't4'
         WHEN times >= 1 THEN 't3' WHEN times >= .5 THEN 't2' ELSE 't1' END,
       n * 1000.0 / @long_steps, 960.0 / @long_steps, 100 FROM report_port;
.read sql/report/draw-rows.sql
