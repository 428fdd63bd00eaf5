-- Which single records carry many bytes to the outside?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @large_bytes        a record is large if it has at least this number of bytes; default
--                       100000000
--   @top                number of rows; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/large-transfers.sql'
--
-- A record is one direction at one interface, of at most ten minutes. A transfer through a NAT
-- gateway appears on both legs, at the same time and with the same bytes. data-leaving.sql counts
-- it once, and also finds transfers that leave in many small records.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@large_bytes', 100000000), ('@top', 20), ('@inside', NULL);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT start_time, "end" - start AS seconds, coalesce(pkt_srcaddr, srcaddr) AS src,
       coalesce(pkt_dstaddr, dstaddr) AS dst, dstport, bytes, bytes / 125000 / max("end" - start, 1) AS mbit_s, interface_id
  FROM flowlogs(@logs, @on_error, @format)
 WHERE bytes >= @large_bytes AND action IS NOT 'REJECT'
   AND since = @since AND until = @until
   AND is_inside(coalesce(pkt_srcaddr, srcaddr), @inside)
   AND coalesce(pkt_dstaddr, dstaddr) IS NOT NULL AND NOT is_inside(coalesce(pkt_dstaddr, dstaddr), @inside)
 ORDER BY bytes DESC, start, interface_id, src, dst, srcport, dstport, rowid LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
