-- Requests and bytes of each hour.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/hourly.sql'
--
-- Flow logs know no requests: a record is one direction of one connection in one aggregation interval, so a short
-- request makes two and a long one many. Traffic between two logged interfaces counts at each, and on each leg through
-- a NAT gateway.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL);
SELECT hour, sum(flows) AS records, count(DISTINCT srcaddr) AS sources, sum(packets) AS packets, sum(bytes) AS bytes,
       sum(bytes) / max(sum(flows), 1) AS bytes_per_record
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND ifnull(log_status, 'OK') = 'OK' AND action IS NOT 'REJECT'
 GROUP BY hour ORDER BY hour;
