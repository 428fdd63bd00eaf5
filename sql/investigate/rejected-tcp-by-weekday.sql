-- Rejected TCP by day of the week and interface.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/rejected-tcp-by-weekday.sql'
--
-- Days are UTC's. For one row a weekday over many weeks, leave `day` out of SELECT and say GROUP BY weekday,
-- interface_id. A packet that comes after its connection was closed is a REJECT, too.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT substr('SunMonTueWedThuFriSat', 1 + 3 * strftime('%w', day), 3) AS weekday, day, interface_id,
       count(DISTINCT srcaddr) AS sources, count(DISTINCT dstport) AS ports, sum(flows) AS flows,
       sum(packets) AS packets
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND action = 'REJECT' AND protocol = 6
 GROUP BY day, interface_id ORDER BY day, flows DESC, interface_id LIMIT @top;
