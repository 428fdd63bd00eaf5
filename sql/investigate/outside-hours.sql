-- Traffic outside business hours: which pairs, how much, and whether they talk in these hours at all.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @open_from, @open_to  hours of the day that are business hours, @open_to not included
--   @days      business days, a JSON array, 0 is Sunday
--   @zone      what your clock is ahead of UTC, as '+2 hours'; without daylight saving time
--   @quiet_bytes     from how many bytes on      @top   rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/outside-hours.sql'
--
-- `within` are the bytes of the same pair and direction in business hours: 0 is a pair that only the night knows.
-- Backups and the internet do not sleep. Traffic between two logged interfaces counts at each, and on each leg through
-- a NAT gateway.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@open_from', 8), ('@open_to', 18),
  ('@days', '[1, 2, 3, 4, 5]'), ('@zone', '+0 hours'), ('@quiet_bytes', 1000000), ('@top', 20);
WITH pair AS (
  SELECT srcaddr, dstaddr, CAST(strftime('%H', hour, @zone) AS INTEGER) NOT BETWEEN @open_from AND @open_to - 1
           OR CAST(strftime('%w', hour, @zone) AS INTEGER) NOT IN (SELECT value FROM json_each(@days)) AS outside,
         flows, bytes, first_seen, last_seen
    FROM flowlogs_rollup(@logs)
   WHERE since = @since AND until = @until AND ifnull(log_status, 'OK') = 'OK' AND action IS NOT 'REJECT')
SELECT srcaddr, dstaddr, sum(flows) FILTER (WHERE outside) AS flows, sum(bytes) FILTER (WHERE outside) AS bytes,
       coalesce(sum(bytes) FILTER (WHERE NOT outside), 0) AS within,
       datetime(min(iif(outside, first_seen, NULL)), 'unixepoch') AS first_seen,
       datetime(max(iif(outside, last_seen, NULL)), 'unixepoch') AS last_seen
  FROM pair GROUP BY srcaddr, dstaddr HAVING sum(pair.bytes) FILTER (WHERE outside) >= @quiet_bytes
 ORDER BY 4 DESC, srcaddr, dstaddr LIMIT @top;
