-- How many records, rejects, bytes and sources does each day have, and how did they change since
-- the previous day that has records?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/daily-trend.sql'
--
-- Days are UTC days. Traffic between two interfaces that both write logs counts at each of them.
-- The sums of a day with SKIPDATA records (`skipped`) are lower bounds. The first and the last
-- day are rarely complete, and missing files also cause a dip: see period-check.sql.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
WITH days AS (
  SELECT day, sum(flows * (ifnull(log_status, 'OK') = 'OK')) AS flows,
         sum(flows * (action = 'REJECT')) AS rejected,
         sum(flows * (log_status = 'SKIPDATA')) AS skipped,
         count(DISTINCT srcaddr) AS sources, sum(bytes) AS bytes
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE since = @since AND until = @until GROUP BY day),
told AS (
  SELECT day, flows, iif(flows > 0, rejected, 0) AS rejected, skipped, sources,
         iif(flows > 0, bytes, 0) AS bytes,
         lag(iif(flows > 0, bytes, 0)) OVER (ORDER BY day) AS before,
         lag(day) OVER (ORDER BY day) AS since FROM days)
SELECT day, flows, rejected, skipped, sources, bytes, iif(before > 0 AND bytes IS NOT NULL,
         printf('%+d %%', 100 * (bytes - before) / before), NULL) AS change, since
  FROM told ORDER BY day;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
