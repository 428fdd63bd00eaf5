-- Who sends most, by bytes. `rejected` are those of its flows that were refused.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/top-talkers.sql'
--
-- Traffic between two interfaces that are both logged is in the logs twice, a NAT gateway logs both of its legs, and a
-- transit gateway's logs tell it again: AND flow_direction = 'egress' AND tgw_id IS NULL (version 5) counts what each
-- interface sent once. With SKIPDATA, sums are lower bounds.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT srcaddr, sum(flows) AS flows, ifnull(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected,
       sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND srcaddr IS NOT NULL
 GROUP BY srcaddr ORDER BY bytes DESC, srcaddr LIMIT @top;
