-- How much TCP was rejected, by day of the week and interface?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/rejected-tcp-by-weekday.sql'
--
-- Days are UTC days. For one row per weekday over many weeks, remove `day` from the SELECT and
-- write GROUP BY weekday, interface_id. A packet that arrives after its connection was closed is
-- rejected, too.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT substr('SunMonTueWedThuFriSat', 1 + 3 * strftime('%w', day), 3) AS weekday, day,
       interface_id, count(DISTINCT srcaddr) AS sources, count(DISTINCT dstport) AS ports,
       sum(flows) AS flows, sum(packets) AS packets
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND action = 'REJECT' AND protocol = 6
 GROUP BY day, interface_id ORDER BY day, flows DESC, interface_id LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
