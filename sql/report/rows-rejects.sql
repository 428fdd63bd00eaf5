-- Which ports had more rejected records in an hour (or a longer @long_step) than they have on
-- average? `times` is how many times the mean of the port there are.
DROP TABLE IF EXISTS temp.report_rejects;
CREATE TEMP TABLE report_rejects AS
WITH counted AS (
  SELECT protocol, dstport AS port, (unixepoch(hour) - @begin + @begin % 3600) / @long_step AS n,
         sum(flows) AS records
    FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
     AND action = 'REJECT' AND action IS NOT NULL GROUP BY 1, 2, 3 HAVING n >= 0),
port AS (
  SELECT protocol, port, sum(records) AS of_port, max(records) AS peak,
         sum(records) * 1.0 / @long_steps AS mean FROM counted GROUP BY 1, 2
   ORDER BY of_port DESC, 1, 2 LIMIT @top)
SELECT protocol, port, n, records, of_port, peak, round(mean, 2) AS mean,
       round(records / mean, 1) AS times
  FROM port p JOIN counted c USING (protocol, port) ORDER BY of_port DESC, protocol, port, n;
