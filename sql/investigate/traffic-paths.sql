-- How much traffic goes to AWS's services over a gateway endpoint, which is free, and how much
-- over the internet gateway or a NAT gateway, which is charged by the gigabyte?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/traffic-paths.sql'
--
-- traffic_path (version 5) exists for egress traffic only. Traffic of a NAT gateway appears
-- twice: on path 1 from the instance to the gateway, and on path 8 (or 2) from the gateway to its
-- destination. `through` tells the two apart. The services are those that pkt_dst_aws_service
-- names. S3 and DYNAMODB have gateway endpoints, so what they have on other paths than 7 could be
-- free. Interfaces that are not on Nitro show 2 for the internet gateway and for the endpoint
-- alike.
--
-- The last answer says how many files have each field. What depends on a field that none of them
-- has, the logs cannot tell.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT coalesce(pkt_dst_aws_service, '-') AS service, traffic_path,
       traffic_path(traffic_path) AS path_name,
       iif(instance_id IS NULL, 'a service''s interface', 'an instance') AS through,
       nullif(count(DISTINCT interface_id), 0) AS interfaces, sum(flows) AS flows,
       sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND flow_direction = 'egress' AND flow_direction IS NOT NULL AND action = 'ACCEPT'
   AND traffic_path IS NOT NULL GROUP BY 1, 2, 4 ORDER BY service = '-', 1, 2, 4;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files, sum(f LIKE '% traffic-path %') AS with_traffic_path,
       sum(f LIKE '% flow-direction %') AS with_flow_direction,
       sum(f LIKE '% instance-id %') AS with_instance_id,
       sum(f LIKE '% pkt-dst-aws-service %') AS with_pkt_dst_aws_service
  FROM (SELECT ' ' || replace(fields, '"', ' ') || ' ' AS f
          FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL);
