-- Which source asks many hosts for one port (a horizontal port scan)?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @hosts              it is a scan if at least this number of hosts rejected the source;
--                       default 2
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/port-scan-horizontal.sql'
--
-- `reached` counts the hosts that accepted the source on that port; look at these first. Expect
-- the background noise of the internet (a lower @hosts finds more of it), monitors and
-- vulnerability scanners. A host is an address here, so two interfaces of one host count as two
-- hosts.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@hosts', 2), ('@top', 20);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
WITH scan AS MATERIALIZED (
  SELECT srcaddr, protocol, dstport, count(DISTINCT dstaddr) AS hosts, sum(flows) AS flows,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until AND action = 'REJECT' AND srcaddr IS NOT NULL
   GROUP BY srcaddr, protocol, dstport HAVING hosts >= @hosts),
entry AS (
  SELECT srcaddr, protocol, dstport, count(DISTINCT dstaddr) AS hosts FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE since = @since AND until = @until AND action = 'ACCEPT'
     AND srcaddr IN (SELECT srcaddr FROM scan) AND dstport IN (SELECT dstport FROM scan)
   GROUP BY srcaddr, protocol, dstport)
SELECT srcaddr, ifnull(protocol_name(protocol), protocol) AS protocol, dstport, port_name(dstport, protocol) AS service,
       scan.hosts, flows, coalesce(entry.hosts, 0) AS reached,
       substr(datetime(first_seen, 'unixepoch'), 1, 16) AS first_seen,
       substr(datetime(last_seen, 'unixepoch'), 1, 16) AS last_seen
  FROM scan LEFT JOIN entry USING (srcaddr, protocol, dstport)
 ORDER BY scan.hosts DESC, flows DESC, srcaddr, scan.protocol, dstport LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
