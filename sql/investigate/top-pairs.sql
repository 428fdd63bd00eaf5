-- Which pairs of source and destination carry most, by bytes. `interfaces` says how many interfaces logged a pair: with
-- 2, each side counted the same packets, and the true figure is half.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/top-pairs.sql'
--
-- The two directions are two pairs: conversation.sql puts them side by side. With SKIPDATA, sums are lower bounds.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT srcaddr, dstaddr, count(DISTINCT interface_id) AS interfaces, sum(flows) AS flows, sum(packets) AS packets,
       sum(bytes) AS bytes, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND srcaddr IS NOT NULL
 GROUP BY srcaddr, dstaddr ORDER BY bytes DESC, srcaddr, dstaddr LIMIT @top;
