-- Which pairs talk outside business hours, how much, and do they talk within these hours at all?
--
--   @logs                 a file, a folder or a pattern
--   @since, @until        the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                         seconds; default: no limit
--   @on_error, @format    'skip' leaves out lines and files that cannot be used; the fields of
--                         files without a header line. Default: an error, and AWS's default
--                         format
--   @open_from, @open_to  the hours of the day that are business hours, without @open_to itself;
--                         default 8 and 18
--   @days                 the business days, a JSON array in which 0 is Sunday; default [1, 2, 3,
--                         4, 5]
--   @zone                 the difference of your clock from UTC, such as '+2 hours', '+05:30' or
--                         '-03:30'; default '+0 hours'. It has no daylight saving time
--   @quiet_bytes          a pair is shown if it sent at least this number of bytes; default
--                         1000000
--   @top                  number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/outside-hours.sql'
--
-- `within` is the number of bytes of the same pair and direction in business hours; 0 means that
-- the pair talks only outside these hours. Expect backups and traffic from the internet. Records
-- are counted, because flowlogs_connections does not divide the bytes of a connection by time: so
-- traffic between two interfaces that both write logs counts at each of them, and on each leg
-- through a NAT gateway. Pairs of which no record has a byte count come last, with `bytes` NULL.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@open_from', 8), ('@open_to', 18), ('@days', '[1, 2, 3, 4, 5]'), ('@zone', '+0 hours'),
  ('@quiet_bytes', 1000000);
SELECT 1 WHERE NOT flowlogs_require(iif(json_valid(@days), json_type(@days) = 'array'
   AND (SELECT count(*) = total(value = CAST(value AS INTEGER)) FROM json_each(@days)), 0),
  'flowlogs: @days must be a JSON array of numbers of days: .parameter set @days ''[1, 2, 3]''');
SELECT 1 WHERE NOT flowlogs_require(strftime('%H', '2026-03-09', @zone) IS NOT NULL,
  'flowlogs: @zone must be a difference from UTC: .parameter set @zone "''+05:30''"');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
-- LIMIT -1: SQLite computes the columns once for each row, and not again for each use of them.
WITH pair AS (
  SELECT srcaddr, dstaddr, flows, bytes AS sent, first_seen, last_seen,
         CAST(strftime('%H', minute, @zone) AS INTEGER) NOT BETWEEN @open_from AND @open_to - 1
        OR strftime('%w', minute, @zone) + 0 NOT IN (SELECT value FROM json_each(@days)) AS outside
    FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
     AND ifnull(log_status, 'OK') = 'OK' AND action IS NOT 'REJECT' LIMIT -1)
SELECT srcaddr, dstaddr, sum(flows) FILTER (WHERE outside) AS flows,
       sum(sent) FILTER (WHERE outside) AS bytes, sum(sent * (NOT outside)) AS within,
       datetime(min(first_seen) FILTER (WHERE outside), 'unixepoch') AS first_seen,
       datetime(max(last_seen) FILTER (WHERE outside), 'unixepoch') AS last_seen
  FROM pair GROUP BY srcaddr, dstaddr HAVING max(outside)
   AND ifnull(bytes, iif(srcaddr || dstaddr IS NULL, NULL, @quiet_bytes)) >= @quiet_bytes
 ORDER BY bytes DESC, srcaddr, dstaddr LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
