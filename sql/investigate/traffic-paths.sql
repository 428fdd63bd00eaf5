-- Traffic paths in contrast: what goes to AWS's services over a gateway endpoint (free), and what over the internet
-- gateway or a NAT gateway (paid for by the gigabyte).
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/traffic-paths.sql'
--
-- traffic-path is of version 5, and of egress alone. A NAT gateway's traffic shows twice: on path 1 from the instance
-- to the gateway, and on path 8 (or 2) from the gateway on; `through` tells the two apart. Services are those that
-- pkt-dst-aws-service names: S3 and DYNAMODB have gateway endpoints, and what they have on other paths than 7 could be
-- free. Interfaces that aren't on Nitro show 2 for the internet gateway and the endpoint alike. Last: how many files
-- have the field at all; where none has, the logs can't tell.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL);
SELECT coalesce(pkt_dst_aws_service, '-') AS service, traffic_path, traffic_path(traffic_path) AS path_name,
       iif(instance_id IS NULL, 'a service''s interface', 'an instance') AS through,
       count(DISTINCT interface_id) AS interfaces, sum(flows) AS flows, sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND flow_direction = 'egress' AND action = 'ACCEPT' AND traffic_path IS NOT NULL
 GROUP BY 1, 2, 4 ORDER BY service = '-', 1, 2, 4;
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '_', '-') || ' ', ' traffic-path ') > 0) AS with_traffic_path
  FROM flowlogs_files(@logs) WHERE fields IS NOT NULL;
