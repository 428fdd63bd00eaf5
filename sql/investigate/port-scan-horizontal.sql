-- Port scans, horizontal: one source asks many hosts for one port.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @hosts     distinct hosts that rejected it from which on it is a scan      @top   rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/port-scan-horizontal.sql'
--
-- `reached` are the hosts that accepted the source on that port: look at them first. To be expected: the internet's
-- background noise (lower @hosts finds more of it), monitors, vulnerability scanners. Without instances in between,
-- hosts are addresses: two interfaces of one host are two.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@hosts', 2), ('@top', 20);
WITH scan AS MATERIALIZED (
  SELECT srcaddr, protocol, dstport, count(DISTINCT dstaddr) AS hosts, sum(flows) AS flows,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs) WHERE since = @since AND until = @until AND action = 'REJECT' AND srcaddr IS NOT NULL
   GROUP BY srcaddr, protocol, dstport HAVING hosts >= @hosts),
entry AS (
  SELECT srcaddr, protocol, dstport, count(DISTINCT dstaddr) AS hosts FROM flowlogs_rollup(@logs)
   WHERE since = @since AND until = @until AND action = 'ACCEPT'
     AND srcaddr IN (SELECT srcaddr FROM scan) AND dstport IN (SELECT dstport FROM scan)
   GROUP BY srcaddr, protocol, dstport)
SELECT srcaddr, ifnull(protocol_name(protocol), protocol) AS protocol, dstport, port_name(dstport, protocol) AS service,
       scan.hosts, flows, coalesce(entry.hosts, 0) AS reached,
       substr(datetime(first_seen, 'unixepoch'), 1, 16) AS first_seen,
       substr(datetime(last_seen, 'unixepoch'), 1, 16) AS last_seen
  FROM scan LEFT JOIN entry USING (srcaddr, protocol, dstport)
 ORDER BY scan.hosts DESC, flows DESC, srcaddr, scan.protocol, dstport LIMIT @top;
