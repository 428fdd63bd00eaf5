-- Which pairs of original source and destination have most traffic, by bytes?
-- Athena's name: TotalBytesTransferredPacketLevel.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/top-pairs-original.sql'
--
-- These are the addresses that the packets carry, whatever NAT or transit gateways they pass.
-- `interfaces` says how many interfaces logged a pair. Each of them logged all its packets, so
-- divide by it for the true figure. The outer leg of a NAT gateway has the gateway's own address
-- and is another pair. The query needs pkt_srcaddr and pkt_dstaddr (version 3). Where records
-- were lost (SKIPDATA), sums are lower bounds.
--
-- The last answer says how many files have each field. What depends on a field that none of them
-- has, the logs cannot tell.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT pkt_srcaddr, pkt_dstaddr, nullif(count(DISTINCT interface_id), 0) AS interfaces, sum(flows) AS flows,
       sum(packets) AS packets, sum(bytes) AS bytes, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND pkt_srcaddr IS NOT NULL
 GROUP BY pkt_srcaddr, pkt_dstaddr ORDER BY bytes DESC, pkt_srcaddr, pkt_dstaddr LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' pkt-srcaddr ') > 0) AS with_pkt_srcaddr,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' pkt-dstaddr ') > 0) AS with_pkt_dstaddr
  FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL;
