-- Who calls the same place at regular intervals with packets of the same size?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @contacts           a pair is looked at if it has at least this number of contacts; default
--                       10
--   @every              the least number of seconds between two contacts; default 10
--   @jitter             the percentage by which an interval or a size may differ from the median
--                       and still be regular; default 10
--   @regular            the percentage of intervals, and of sizes, that must be regular; default
--                       70
--   @size               the largest median of the bytes of a contact; default 1000000
--   @pairs              the number of pairs that are looked at, the busiest first; default 1000
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/beaconing.sql'
--
-- A contact is a record that starts at least @every seconds after the contact before it. `every`
-- is the median of the intervals between contacts, so a pause at night does no harm. `ports`
-- counts the source ports of the contacts after the first one. One port per contact means that
-- each contact is a connection of its own; a single port means one long connection, which is cut
-- into records as regularly as any beacon. Where no record of a pair has a byte count, `size` is
-- NULL and the intervals alone count.
--
-- Expect NTP, monitoring, health checks, and heartbeats of agents and clusters. Malware that
-- sleeps for random times needs a larger @jitter. A beacon through a NAT gateway appears on both
-- legs.
--
-- A pair is a source, a destination and a destination port. A rollup finds the pairs that have
-- enough records, which are at least @every seconds apart on average, and only the records of
-- these pairs are read.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@contacts', 10), ('@every', 10), ('@jitter', 10), ('@regular', 70), ('@size', 1000000), ('@pairs', 1000);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
WITH candidate AS MATERIALIZED (
  SELECT srcaddr, dstaddr, dstport FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE since = @since AND until = @until AND ifnull(log_status, 'OK') = 'OK' AND action IS NOT 'REJECT'
     AND dstport >= 0                   -- an error if no file has it
   GROUP BY srcaddr, dstaddr, dstport
  HAVING sum(flows) >= @contacts AND (max(last_seen) - min(first_seen)) / sum(flows) >= @every
   ORDER BY sum(flows) DESC, srcaddr, dstaddr, dstport LIMIT @pairs),
contact AS MATERIALIZED (
  SELECT srcaddr, dstaddr, dstport, srcport, bytes, start,
         start - lag(start) OVER (PARTITION BY srcaddr, dstaddr, dstport ORDER BY start, rowid) AS gap
    FROM flowlogs(@logs, @on_error, @format)
   WHERE srcaddr IN (SELECT srcaddr FROM candidate) AND dstaddr IN (SELECT dstaddr FROM candidate)
     AND (srcaddr, dstaddr, dstport) IN (SELECT srcaddr, dstaddr, dstport FROM candidate) AND action IS NOT 'REJECT'
     AND since = @since AND until = @until),
ranked AS (
  SELECT *, count(*) OVER pair AS n, row_number() OVER (pair ORDER BY gap) AS gap_rank,
         row_number() OVER (pair ORDER BY bytes) AS size_rank
    FROM contact WHERE gap >= @every WINDOW pair AS (PARTITION BY srcaddr, dstaddr, dstport)),
median AS (
  SELECT srcaddr, dstaddr, dstport, max(iif(gap_rank = (n + 1) / 2, gap, NULL)) AS gap,
         max(iif(size_rank = (n + 1) / 2, bytes, NULL)) AS size
    FROM ranked GROUP BY srcaddr, dstaddr, dstport)
SELECT srcaddr, dstaddr, dstport, count(*) + 1 AS contacts, count(DISTINCT srcport) AS ports, median.gap AS every,
       100 * sum(100 * abs(ranked.gap - median.gap) <= @jitter * median.gap) / count(*) AS regular, size,
       substr(datetime(min(start - ranked.gap), 'unixepoch'), 1, 16) AS first_seen,
       substr(datetime(max(start), 'unixepoch'), 1, 16) AS last_seen
  FROM ranked JOIN median USING (srcaddr, dstaddr, dstport)
 GROUP BY srcaddr, dstaddr, dstport
HAVING contacts >= @contacts AND regular >= @regular
   AND (count(bytes) = 0
        OR size <= @size AND sum(100 * abs(bytes - size) <= @jitter * size) * 100 >= @regular * count(*))
 ORDER BY regular DESC, contacts DESC, srcaddr, dstaddr, dstport;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
