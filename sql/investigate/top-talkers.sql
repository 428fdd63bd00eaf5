-- Who sends most, by bytes?
-- Athena's name: TopTalkers.
--
--   @logs           a file, a folder or a pattern
--   @since, @until  the period of `start`, UTC text such as '2026-03-09 08:00' or Unix seconds;
--                   default: no limit
--   @top            number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/top-talkers.sql'
--
-- `rejected` counts the flows of the source that were rejected.
--
-- Traffic between two interfaces that both write logs is in the logs twice, a NAT gateway logs
-- both of its legs, and the logs of a transit gateway contain the traffic once more. The
-- condition AND flow_direction = 'egress' AND tgw_id IS NULL (version 5) counts once what each
-- interface sent. Where records were lost (SKIPDATA), sums are lower bounds.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT srcaddr, sum(flows) AS flows, sum(flows * (action = 'REJECT')) AS rejected,
       sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND srcaddr IS NOT NULL
 GROUP BY srcaddr ORDER BY bytes DESC, srcaddr LIMIT @top;
