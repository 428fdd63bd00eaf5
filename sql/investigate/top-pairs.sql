-- Which pairs of source and destination have most traffic, by bytes?
-- Athena's name: TotalBytesTransferred.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/top-pairs.sql'
--
-- `interfaces` says how many interfaces logged a pair. If it is 2, each end counted the same
-- packets, and the true figure is half. The two directions are two pairs; conversation.sql shows
-- them side by side. Where records were lost (SKIPDATA), sums are lower bounds.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT srcaddr, dstaddr, nullif(count(DISTINCT interface_id), 0) AS interfaces, sum(flows) AS flows, sum(packets) AS packets,
       sum(bytes) AS bytes, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND srcaddr IS NOT NULL
 GROUP BY srcaddr, dstaddr ORDER BY bytes DESC, srcaddr, dstaddr LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
