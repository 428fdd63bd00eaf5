-- Who pays for the NAT gateways: bytes through them by tag, and by ECS service.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/nat-by-tag.sql'
--
-- Of version 11: tags, and the next hop's interface type, taken at the sender's own interface (a NAT gateway's records
-- have its own tags alone). Tag values are percent-encoded, as AWS writes them, and `-` is no tag. NAT gateways are
-- paid for by the gigabyte in both directions; each byte counts once here, since only the instance's side is looked at.
-- Last: how many files have the field at all; where none has, the logs can't tell.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL);
SELECT coalesce(instance_tag, interface_tag, asg_tag, '-') AS tag, coalesce(ecs_service_name, '-') AS ecs_service,
       coalesce(pkt_dst_aws_service, pkt_src_aws_service, '-') AS aws_service,
       count(DISTINCT interface_id) AS interfaces, sum(flows) AS flows,
       coalesce(sum(bytes) FILTER (WHERE flow_direction = 'egress'), 0) AS bytes_out,
       coalesce(sum(bytes) FILTER (WHERE flow_direction = 'ingress'), 0) AS bytes_in, sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND action = 'ACCEPT'
   AND next_hop_interface_type IN ('nat_gateway', 'regional_nat_gateway')
 GROUP BY 1, 2, 3 ORDER BY bytes DESC, 1, 2, 3;
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '_', '-') || ' ', ' next-hop-interface-type ') > 0) AS with_next_hop_interface_type
  FROM flowlogs_files(@logs) WHERE fields IS NOT NULL;
