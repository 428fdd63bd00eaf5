-- Which tags and which ECS services cause the bytes through the NAT gateways?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/nat-by-tag.sql'
--
-- The query needs version 11: the tags, and the interface type of the next hop. Both are taken at
-- the interface of the sender, because the records of a NAT gateway have only its own tags. Tag
-- values are percent-encoded, as AWS writes them, and `-` means no tag. NAT gateways are charged
-- by the gigabyte in both directions. Each byte counts once here, because only the records of the
-- instance count. `bytes_out` and `bytes_in` are NULL without flow_direction.
--
-- The last answer says how many files have each field. What depends on a field that none of them
-- has, the logs cannot tell.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT coalesce(instance_tag, interface_tag, asg_tag, '-') AS tag,
       coalesce(ecs_service_name, '-') AS ecs_service,
       coalesce(pkt_dst_aws_service, pkt_src_aws_service, '-') AS aws_service,
       nullif(count(DISTINCT interface_id), 0) AS interfaces, sum(flows) AS flows,
       sum(bytes * (flow_direction = 'egress')) AS bytes_out,
       sum(bytes * (flow_direction = 'ingress')) AS bytes_in, sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND action = 'ACCEPT'
   AND next_hop_interface_type IN ('nat_gateway', 'regional_nat_gateway')
   AND next_hop_interface_type IS NOT NULL GROUP BY 1, 2, 3 ORDER BY bytes DESC, 1, 2, 3;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files,
       sum(f LIKE '% next-hop-interface-type %') AS with_next_hop_interface_type,
       sum(f LIKE '% flow-direction %') AS with_flow_direction,
       sum(f LIKE '% instance-tag %') AS with_instance_tag
  FROM (SELECT ' ' || replace(fields, '"', ' ') || ' ' AS f
          FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL);
