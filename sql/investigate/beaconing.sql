-- Beaconing: who calls the same place at regular intervals with packets of the same size.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @contacts  contacts from which on a pair is looked at      @every   seconds between them, at least
--   @jitter    percent that an interval, or a size, may differ from the median to be regular
--   @regular   percent of intervals, and of sizes, that must be      @size   bytes of a contact, at most (the median)
--   @pairs     pairs that are looked at, the busiest first
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/beaconing.sql'
--
-- The rollup finds pairs (source, destination, port) with enough contacts, not too dense; only their records are read
-- then. Contacts are records at least @every seconds apart; the median of the intervals between them is `every`, so a
-- night's pause does no harm. `ports` are the source ports of the contacts after the first: one for each are
-- connections of their own, a single one is a long connection that is cut into records as regularly as any beacon. To
-- be expected: NTP, monitoring, health checks, heartbeats of agents and clusters. Malware that sleeps at random needs a
-- larger @jitter. Through a NAT gateway a beacon shows on both legs.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@contacts', 10), ('@every', 10),
  ('@jitter', 10), ('@regular', 70), ('@size', 1000000), ('@pairs', 1000);
WITH candidate AS MATERIALIZED (
  SELECT srcaddr, dstaddr, dstport FROM flowlogs_rollup(@logs)
   WHERE since = @since AND until = @until AND ifnull(log_status, 'OK') = 'OK' AND action IS NOT 'REJECT'
   GROUP BY srcaddr, dstaddr, dstport
  HAVING sum(flows) >= @contacts AND (max(last_seen) - min(first_seen)) / sum(flows) >= @every
   ORDER BY sum(flows) DESC, srcaddr, dstaddr, dstport LIMIT @pairs),
contact AS MATERIALIZED (
  SELECT srcaddr, dstaddr, dstport, srcport, bytes, start,
         start - lag(start) OVER (PARTITION BY srcaddr, dstaddr, dstport ORDER BY start, rowid) AS gap
    FROM flowlogs(@logs)
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
HAVING contacts >= @contacts AND regular >= @regular AND size <= @size
   AND sum(100 * abs(bytes - size) <= @jitter * size) * 100 >= @regular * count(*)
 ORDER BY regular DESC, contacts DESC, srcaddr, dstaddr, dstport;
