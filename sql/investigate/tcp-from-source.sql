-- Which TCP traffic did one address send? Record by record, in the order of time.
-- Athena's name: TopTCPTraffic.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @src                the address; required
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @src \"'10.0.0.5'\"" \
--           :memory: '.read sql/investigate/tcp-from-source.sql'
--
-- A record is one direction in one aggregation interval. Between two interfaces that both write
-- logs there are two records of it. The answers have the ports exchanged; to see them, run this
-- script for the other address, or conversation.sql. `flags` needs tcp_flags (version 3).
--
-- Packets from the address count, too, where pkt_srcaddr is logged (version 3): the address of a
-- pod, and any secondary one, is nowhere else in what its own interface logs.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters
SELECT '@src', '10.0.1.31' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(ip_text(@src) IS NOT NULL,
  'flowlogs: @src must be an address: .parameter set @src "''10.0.0.5''"');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT start_time, dstaddr, srcport, dstport,
       ifnull(port_name(dstport, 6), port_name(srcport, 6)) AS service,
       tcp_flags(tcp_flags) AS flags, packets, bytes, action
  FROM flowlogs(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND cidr_match(addr, @src)
   AND (cidr_match(srcaddr, @src) OR cidr_match(pkt_srcaddr, @src)) AND protocol = 6
 ORDER BY start, dstaddr, srcport, dstport, rowid LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, @src AS src, printable(@logs) AS logs,
       flowlogs_scan_summary() AS looked_at WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
DELETE FROM temp.sqlite_parameters
 WHERE key = '@src' AND value = '10.0.1.31' AND @logs = 'tests/data/AWSLogs';
