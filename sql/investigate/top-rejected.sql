-- Whose traffic is rejected most: with how many targets and ports each of them tries.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/top-rejected.sql'
--
-- A private source is one of ours that is stopped: look at it first. By packets, since what VPC Block Public Access
-- rejects has no byte count. A packet that comes after its connection was closed is a REJECT, too.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT srcaddr, ip_scope(srcaddr) AS scope, sum(flows) AS flows, sum(packets) AS packets,
       count(DISTINCT dstaddr) AS targets, count(DISTINCT dstport) AS ports,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND action = 'REJECT'
 GROUP BY srcaddr ORDER BY flows DESC, packets DESC, srcaddr LIMIT @top;
