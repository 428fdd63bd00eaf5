-- How many records, sources and bytes does each hour have?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/hourly.sql'
--
-- Flow logs do not know requests. A record is one direction of one connection in one aggregation
-- interval, so a short request makes two records and a long one makes many. Traffic between two
-- interfaces that both write logs counts at each of them, and on each leg through a NAT gateway.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT hour, sum(flows) AS records, count(DISTINCT srcaddr) AS sources, sum(packets) AS packets,
       sum(bytes) AS bytes, sum(bytes) / max(sum(flows), 1) AS bytes_per_record
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND ifnull(log_status, 'OK') = 'OK' AND action IS NOT 'REJECT' GROUP BY hour ORDER BY hour;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
