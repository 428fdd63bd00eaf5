-- Port scans, vertical: one source, one host, many rejected ports, and what was let in from that source.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @scan_ports     distinct rejected ports from which on it is a scan      @top   rows
--   @below     ports from here on don't count towards @scan_ports (65536: all do)
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/port-scan-vertical.sql'
--
-- REJECT also covers packets that come after a connection was closed, and these go to the client's ephemeral ports:
-- hence @below. Still to be expected: load balancers' and monitors' health checks of closed ports, your own scanner. A
-- scan that is spread over many sources shows up in port-scan-horizontal.sql at best. `open`: ports of that host where
-- the same source was accepted in the period, the scan's result.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@scan_ports', 20), ('@below', 32768),
  ('@top', 20);
WITH scan AS MATERIALIZED (
  SELECT srcaddr, dstaddr, count(DISTINCT dstport) AS ports, sum(flows) AS flows, min(dstport) AS low, max(dstport) AS high,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs)
   WHERE since = @since AND until = @until AND action = 'REJECT' AND protocol IN (6, 17) AND srcaddr IS NOT NULL
   GROUP BY srcaddr, dstaddr HAVING count(DISTINCT dstport) FILTER (WHERE dstport < @below) >= @scan_ports),
entry AS (
  SELECT srcaddr, dstaddr, group_concat(dstport, ' ') AS ports FROM (
    SELECT srcaddr, dstaddr, dstport FROM flowlogs_rollup(@logs)
     WHERE since = @since AND until = @until AND action = 'ACCEPT' AND dstport < @below
       AND srcaddr IN (SELECT srcaddr FROM scan) AND dstaddr IN (SELECT dstaddr FROM scan)
     GROUP BY srcaddr, dstaddr, dstport ORDER BY dstport)
   GROUP BY srcaddr, dstaddr)
SELECT scan.srcaddr, scan.dstaddr, scan.ports, low || '-' || high AS range, flows, last_seen - first_seen AS seconds,
       datetime(first_seen, 'unixepoch') AS first_seen, substr(coalesce(entry.ports, 'none'), 1, 30) AS open
  FROM scan LEFT JOIN entry USING (srcaddr, dstaddr)
 ORDER BY scan.ports DESC, flows DESC, scan.srcaddr, scan.dstaddr LIMIT @top;
