-- How many megabits a second did each interface carry, at the peak and in the 95th percentile of
-- its minutes?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/rates.sql'
--
-- The bytes of a record are spread evenly over its interval, so that 6 GB in a record of 600
-- seconds are 80 Mbit/s in each of ten minutes, and not 800 in the first. `direction` is NULL
-- where the logs do not have flow-direction; then both directions are added. `minutes` are those
-- from the first record of the interface to its last, and minutes without traffic count for `p95`
-- and `mean`: 95 of 100 minutes had at most `p95`. What was rejected is left out.
--
-- Within a record, the traffic may have come in bursts, so the true peak may be higher.
-- Aggregation intervals of one minute show more than those of ten. A record of more than an hour,
-- which AWS does not write, is spread over an hour.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
DROP TABLE IF EXISTS temp.step; CREATE TEMP TABLE step (n INTEGER PRIMARY KEY);
WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < 60)
INSERT INTO temp.step SELECT n FROM s;
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
-- LIMIT -1: SQLite computes the columns once for each row, and not again for each use of them.
WITH part AS (SELECT coalesce(interface_id, tgw_attachment_id) AS interface, bytes,
         flow_direction AS direction, start, max(start + 1, min("end", start + 3600)) AS stop
    FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
     AND action IS NOT 'REJECT' AND bytes > 0 LIMIT -1),
share AS (SELECT interface, direction, start / 60 + n AS minute, bytes * 8e-6 / 60 / (stop - start)
         * (min(stop, (start / 60 + n + 1) * 60) - max(start, (start / 60 + n) * 60)) AS mbit
    FROM part CROSS JOIN step ON n <= (stop - 1) / 60 - start / 60 LIMIT -1),
rate AS (SELECT interface, direction, minute, round(sum(mbit), 6) AS mbit
    FROM share GROUP BY 1, 2, 3),
ranked AS (SELECT *, row_number() OVER (pair ORDER BY mbit DESC, minute) AS place,
         max(minute) OVER pair - min(minute) OVER pair + 1 AS minutes
    FROM rate WINDOW pair AS (PARTITION BY interface, direction))
SELECT interface, direction, minutes, printf('%.2f', max(mbit)) AS peak,
       datetime(max(iif(place = 1, minute, 0)) * 60, 'unixepoch') AS peak_at,
       printf('%.2f', total(iif(place = minutes / 20 + 1, mbit, 0))) AS p95,
       printf('%.2f', sum(mbit) / minutes) AS mean
  FROM ranked GROUP BY 1, 2 ORDER BY max(mbit) DESC, interface, direction LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
