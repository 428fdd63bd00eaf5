-- Prints the records in the format of the _bulk interface of Elasticsearch and OpenSearch: a line
-- that says what to do, then a line with the document, in the names of the Elastic Common Schema.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds, @until not included; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @index              the index or data stream that receives the documents; default 'flowlogs'
--   @op                 the action: 'index', or 'create' for a data stream; default 'index'
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           :memory: '.read sql/export/elasticsearch-bulk.sql' |
--     split -l 20000 --filter='curl -sS --fail-with-body -H "Content-Type: application/x-ndjson" --data-binary @- "$URL"'
--
-- with URL='http://localhost:9200/_bulk?filter_path=errors,items.*.error' in the environment. The
-- answer is {"errors":false} if all documents were accepted.
--
-- The _id of a document is made of its file and line, so a document that is sent twice exists once.
-- The path of the file is part of it, so always start in the same folder. With 'create', a document
-- that exists already is answered with status 409 and stays as it is. Elasticsearch accepts ids of
-- up to 512 bytes.
--
-- Fields that are NULL are left out. Records of NODATA and SKIPDATA are sent, too, with event.type
-- 'info', because they say what is missing. Fields for which the schema has no name are below
-- aws.vpcflow, by their own names. `make generate` writes the list of these fields.
--
-- Where a file cannot be read, the output ends, and the exit status of sqlite3 is 1. In a pipe, the
-- shell's `set -o pipefail` makes it visible.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'),
  ('@index', 'flowlogs'), ('@op', 'index');
.mode list
.headers off
SELECT json_object(@op, json_object('_index', @index, '_id', file || ':' || line)) || char(10) ||
  json_patch('{}', json_object(          -- json_patch leaves out members that are NULL
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
  FROM flowlogs(@logs, @on_error, @format)
 WHERE since = @since AND until = @until;
