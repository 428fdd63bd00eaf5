-- Who tried to reach which TCP port and was rejected, how often, and since when?
-- Athena's name: RejectedTCPTraffic.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/rejected-tcp.sql'
--
-- A packet that arrives after its connection was closed is rejected, too. Its dstport is the high
-- port of some client. A reject is logged where it happens: on the interface of the receiver, or
-- on that of the sender if the sender's own rules stopped it.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT srcaddr, dstaddr, dstport, port_name(dstport, 6) AS service, sum(flows) AS flows,
       sum(packets) AS packets, datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND action = 'REJECT' AND protocol = 6
 GROUP BY srcaddr, dstaddr, dstport ORDER BY flows DESC, srcaddr, dstaddr, dstport LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
