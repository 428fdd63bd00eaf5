-- Which traffic was rejected? Record by record, the newest first.
-- Athena's name: RejectedTraffic.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/rejects.sql'
--
-- reject_reason (version 8) tells what VPC Block Public Access and encryption controls rejected
-- from what security groups and network ACLs rejected. A packet that arrives after its connection
-- was closed is rejected, too.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT start_time, interface_id, srcaddr, dstaddr, dstport,
       port_name(dstport, protocol) AS service,
       ifnull(protocol_name(protocol), protocol) AS protocol
  FROM flowlogs(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND action = 'REJECT'
 ORDER BY start DESC, interface_id, srcaddr, dstaddr, dstport, srcport, rowid LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
