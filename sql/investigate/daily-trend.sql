-- The daily trend: records, rejects, bytes and sources of each day, and the change since the day before that has records.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/daily-trend.sql'
--
-- Days are UTC's. Traffic between two logged interfaces counts at each. A day with SKIPDATA (`skipped`) is a lower
-- bound; the first and the last day are rarely whole, and missing files make a dip, too: see period-check.sql.
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
