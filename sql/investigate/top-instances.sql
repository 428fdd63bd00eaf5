-- Which instances have most traffic: sent, received, and in total?
-- Athena's name: TopTalkingInstances.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/top-instances.sql'
--
-- `address` is the address from which the interface sends. The query needs instance_id (version
-- 3). `sent` and `received` need flow_direction (version 5) and are NULL without it. NAT gateways,
-- load balancers and other interfaces that a service manages have no instance. Each row contains
-- what the instance's own interfaces logged, so nothing counts twice within a row; between two
-- instances, the same bytes are `sent` in one row and `received` in another.
--
-- The last answer says how many files have each field. What depends on a field that none of them
-- has, the logs cannot tell.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT instance_id, max(srcaddr) FILTER (WHERE flow_direction = 'egress' AND ip_family(srcaddr) = 4) AS address,
       sum(flows) AS flows, sum(flows * (action = 'REJECT')) AS rejected,
       sum(bytes * (flow_direction = 'egress')) AS sent,
       sum(bytes * (flow_direction = 'ingress')) AS received,
       sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND instance_id IS NOT NULL AND ifnull(log_status, 'OK') = 'OK'
 GROUP BY instance_id ORDER BY bytes DESC, instance_id LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' instance-id ') > 0) AS with_instance_id,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' flow-direction ') > 0) AS with_flow_direction
  FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL;
