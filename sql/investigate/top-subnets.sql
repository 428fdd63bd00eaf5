-- Which subnets carry most traffic: sent, received, and in all, by how many interfaces.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/top-subnets.sql'
--
-- Needs subnet_id (version 3); sent and received need flow_direction (version 5), and are 0 without it. Traffic within
-- a subnet is sent and received there: it counts twice in `bytes`. Last: how many files have the field at all; where
-- none has, the logs can't tell.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT subnet_id, max(az_id) AS az_id, count(DISTINCT interface_id) AS interfaces, sum(flows) AS flows,
       ifnull(sum(bytes) FILTER (WHERE flow_direction = 'egress'), 0) AS sent,
       ifnull(sum(bytes) FILTER (WHERE flow_direction = 'ingress'), 0) AS received,
       sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND subnet_id IS NOT NULL AND ifnull(log_status, 'OK') = 'OK'
 GROUP BY subnet_id ORDER BY bytes DESC, subnet_id LIMIT @top;
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '_', '-') || ' ', ' subnet-id ') > 0) AS with_subnet_id
  FROM flowlogs_files(@logs) WHERE fields IS NOT NULL;
