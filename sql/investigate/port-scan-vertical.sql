-- Which source had many ports of one host rejected (a vertical port scan), and what was let in
-- from that source?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @scan_ports         it is a scan if at least this number of ports was rejected; default 20
--   @top                number of rows; default 20, and -1 for all
--   @below              ports from this one on do not count towards @scan_ports; default 32768,
--                       and 65536 counts all ports
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/port-scan-vertical.sql'
--
-- `open` lists the ports of the host where the same source was accepted in the period, which is
-- the result of the scan. A packet that arrives after its connection was closed is rejected, too,
-- and goes to the client's ephemeral port; this is why @below exists. Still expect health checks
-- of closed ports by load balancers and monitors, and your own scanner. A scan from many sources
-- appears in port-scan-horizontal.sql, if at all.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@scan_ports', 20), ('@below', 32768), ('@top', 20);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
WITH scan AS MATERIALIZED (
  SELECT srcaddr, dstaddr, count(DISTINCT dstport) AS ports, sum(flows) AS flows, min(dstport) AS low, max(dstport) AS high,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE since = @since AND until = @until AND action = 'REJECT' AND protocol IN (6, 17) AND srcaddr IS NOT NULL
     AND dstport >= 0 -- an error if no file has it
   GROUP BY srcaddr, dstaddr HAVING count(DISTINCT dstport) FILTER (WHERE dstport < @below) >= @scan_ports),
entry AS (
  SELECT srcaddr, dstaddr, group_concat(dstport, ' ') AS ports FROM (
    SELECT srcaddr, dstaddr, dstport FROM flowlogs_rollup(@logs, @on_error, @format)
     WHERE since = @since AND until = @until AND action = 'ACCEPT' AND dstport < @below
       AND srcaddr IN (SELECT srcaddr FROM scan) AND dstaddr IN (SELECT dstaddr FROM scan)
     GROUP BY srcaddr, dstaddr, dstport ORDER BY dstport)
   GROUP BY srcaddr, dstaddr)
SELECT scan.srcaddr, scan.dstaddr, scan.ports, low || '-' || high AS range, flows, last_seen - first_seen AS seconds,
       datetime(first_seen, 'unixepoch') AS first_seen, substr(coalesce(entry.ports, 'none'), 1, 30) AS open
  FROM scan LEFT JOIN entry USING (srcaddr, dstaddr)
 ORDER BY scan.ports DESC, flows DESC, scan.srcaddr, scan.dstaddr LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
