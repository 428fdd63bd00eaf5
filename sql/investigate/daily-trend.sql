-- How many records, rejects, bytes and sources does each day have, and how did they change since
-- the previous day that has records?
--
--   @logs           a file, a folder or a pattern
--   @since, @until  the period of `start`, UTC text such as '2026-03-09 08:00' or Unix seconds;
--                   default: no limit
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/daily-trend.sql'
--
-- Days are UTC days. Traffic between two interfaces that both write logs counts at each of them.
-- The sums of a day with SKIPDATA records (`skipped`) are lower bounds. The first and the last
-- day are rarely complete, and missing files also cause a dip: see period-check.sql.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL);
WITH days AS (
  SELECT day, coalesce(sum(flows) FILTER (WHERE ifnull(log_status, 'OK') = 'OK'), 0) AS flows,
         coalesce(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected,
         coalesce(sum(flows) FILTER (WHERE log_status = 'SKIPDATA'), 0) AS skipped,
         count(DISTINCT srcaddr) AS sources, coalesce(sum(bytes), 0) AS bytes
    FROM flowlogs_rollup(@logs) WHERE since = @since AND until = @until GROUP BY day)
SELECT day, flows, rejected, skipped, sources, bytes,
       iif(before > 0, printf('%+d %%', 100 * (bytes - before) / before), NULL) AS change, day_before AS since
  FROM (SELECT *, lag(bytes) OVER (ORDER BY day) AS before, lag(day) OVER (ORDER BY day) AS day_before FROM days)
 ORDER BY day;
