-- The records as Elasticsearch's _bulk wants them: a line that says what to do, a line with the document, in the words of
-- the Elastic Common Schema.  OpenSearch takes the same.
--
--   @logs    files, folder or pattern    @since, @until   period of `start`, UTC text '2026-03-09 08:00'; until not included
--   @index   where they go               @op   'index', or 'create' for a data stream
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           :memory: '.read sql/export/elasticsearch-bulk.sql' |
--     split -l 20000 --filter='curl -sS --fail-with-body -H "Content-Type: application/x-ndjson" --data-binary @- "$URL"'
--
-- with URL='http://localhost:9200/_bulk?filter_path=errors,items.*.error', which answers {"errors":false} if all is well.
--
-- _id is file and line: what is sent twice is there once.  (So start it in the same folder: the file's path counts.  With
-- 'create', what is there already is answered with 409 and stays.)  Elasticsearch takes ids of up to 512 bytes.
-- Where a file can't be read, the output ends, and sqlite3's exit status is 1 (set -o pipefail, to see it behind a pipe).
-- Fields that are NULL are left out.  Rows of NODATA and SKIPDATA are sent, too, as event.type 'info': they tell what is
-- missing.  What ECS has no word for is below aws.vpcflow, by the field's own name.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'),
  ('@since', NULL), ('@until', NULL), ('@index', 'flowlogs'), ('@op', 'index');
.mode list
.headers off
SELECT json_object(@op, json_object('_index', @index, '_id', file || ':' || line)) || char(10) ||
  json_patch('{}', json_object(          -- which leaves out what is NULL
    '@timestamp', strftime('%Y-%m-%dT%H:%M:%fZ', start, 'unixepoch'),
    'ecs', json_object('version', '8.11.0'),
    'event', json_object(
      'kind', 'event', 'module', 'aws', 'dataset', 'aws.vpcflow', 'category', json_array('network'),
      'type', CASE action WHEN 'ACCEPT' THEN json_array('connection', 'allowed')
                          WHEN 'REJECT' THEN json_array('connection', 'denied')
                          ELSE json_array(iif(srcaddr IS NULL, 'info', 'connection')) END,
      'action', lower(action),
      'outcome', CASE action WHEN 'ACCEPT' THEN 'success' WHEN 'REJECT' THEN 'failure' END,
      'start', strftime('%Y-%m-%dT%H:%M:%fZ', start, 'unixepoch'),
      'end', strftime('%Y-%m-%dT%H:%M:%fZ', "end", 'unixepoch'),
      'duration', iif("end" - start < 9000000000, ("end" - start) * 1000000000, NULL)),
    'source', CASE WHEN srcaddr IS NOT NULL THEN
      json_object('address', srcaddr, 'ip', srcaddr, 'port', srcport, 'bytes', bytes, 'packets', packets) END,
    'destination', CASE WHEN dstaddr IS NOT NULL THEN json_object('address', dstaddr, 'ip', dstaddr, 'port', dstport) END,
    'related', CASE WHEN srcaddr <> dstaddr THEN json_object('ip', json_array(srcaddr, dstaddr))
                    WHEN srcaddr IS NOT NULL THEN json_object('ip', json_array(srcaddr)) END,
    'network', CASE WHEN coalesce(protocol, bytes, packets, type, srcaddr, flow_direction) IS NOT NULL THEN json_object(
      'transport', lower(protocol_name(protocol)), 'iana_number', CAST(protocol AS TEXT), 'bytes', bytes, 'packets', packets,
      'type', CASE ip_family(srcaddr) WHEN 4 THEN 'ipv4' WHEN 6 THEN 'ipv6' END, 'direction', flow_direction) END,
    'cloud', json_object(
      'provider', 'aws', 'region', region,
      'account', CASE WHEN account_id IS NOT NULL THEN json_object('id', account_id) END,
      'instance', CASE WHEN instance_id IS NOT NULL THEN json_object('id', instance_id) END),
    'log', json_object('file', json_object('path', file)),
    'aws', json_object('vpcflow', json_object(
      -- generated: members of aws.vpcflow
      'version', version, 'interface_id', interface_id, 'log_status', log_status, 'vpc_id', vpc_id,
      'subnet_id', subnet_id, 'tcp_flags', tcp_flags, 'type', type, 'pkt_srcaddr', pkt_srcaddr,
      'pkt_dstaddr', pkt_dstaddr, 'az_id', az_id, 'sublocation_type', sublocation_type,
      'sublocation_id', sublocation_id, 'pkt_src_aws_service', pkt_src_aws_service,
      'pkt_dst_aws_service', pkt_dst_aws_service, 'traffic_path', traffic_path, 'ecs_cluster_arn', ecs_cluster_arn,
      'ecs_cluster_name', ecs_cluster_name, 'ecs_container_instance_arn', ecs_container_instance_arn,
      'ecs_container_instance_id', ecs_container_instance_id, 'ecs_container_id', ecs_container_id,
      'ecs_second_container_id', ecs_second_container_id, 'ecs_service_name', ecs_service_name,
      'ecs_task_definition_arn', ecs_task_definition_arn, 'ecs_task_arn', ecs_task_arn, 'ecs_task_id', ecs_task_id,
      'reject_reason', reject_reason, 'resource_id', resource_id, 'encryption_status', encryption_status,
      'instance_tag', instance_tag, 'instance_tag_2', instance_tag_2, 'interface_tag', interface_tag,
      'interface_tag_2', interface_tag_2, 'asg_tag', asg_tag, 'asg_tag_2', asg_tag_2,
      'interface_type', interface_type, 'next_hop_interface_id', next_hop_interface_id,
      'next_hop_subnet_id', next_hop_subnet_id, 'next_hop_az_id', next_hop_az_id, 'next_hop_vpc_id', next_hop_vpc_id,
      'next_hop_interface_type', next_hop_interface_type, 'resource_type', resource_type, 'tgw_id', tgw_id,
      'tgw_attachment_id', tgw_attachment_id, 'tgw_src_vpc_account_id', tgw_src_vpc_account_id,
      'tgw_dst_vpc_account_id', tgw_dst_vpc_account_id, 'tgw_src_vpc_id', tgw_src_vpc_id,
      'tgw_dst_vpc_id', tgw_dst_vpc_id, 'tgw_src_subnet_id', tgw_src_subnet_id,
      'tgw_dst_subnet_id', tgw_dst_subnet_id, 'tgw_src_eni', tgw_src_eni, 'tgw_dst_eni', tgw_dst_eni,
      'tgw_src_az_id', tgw_src_az_id, 'tgw_dst_az_id', tgw_dst_az_id,
      'tgw_pair_attachment_id', tgw_pair_attachment_id, 'packets_lost_no_route', packets_lost_no_route,
      'packets_lost_blackhole', packets_lost_blackhole, 'packets_lost_mtu_exceeded', packets_lost_mtu_exceeded,
      'packets_lost_ttl_expired', packets_lost_ttl_expired,
      -- end of generated
      'line', line,
      'extra', json(nullif(json_patch('{}', extra), '{}'))))))
  FROM flowlogs(@logs)
 WHERE since = @since AND until = @until;
