-- Who reaches S3 through the NAT gateway, and pays by the byte for what a gateway endpoint carries for nothing.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @nat    one NAT gateway, by interface or private address; NULL: all
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/s3-through-nat.sql'
--
-- Add a gateway endpoint for S3 to the route table of the instance's subnet; DYNAMODB in the place of S3 asks for the
-- other service that has one. Needs the fields of version 5. A NAT gateway's own interface logs each packet on its two
-- legs; counted here is the inner one, which has both true ends, so that each packet counts once. It is told by its
-- addresses: no instance, and an original address that differs (where interface_type, version 11, is there, it must say
-- NAT). A regional NAT gateway's records (resource_id) show no legs, and are not in this. Last: how many files have the
-- field at all; where none has, the logs can't tell.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@nat', NULL), ('@top', 20);
SELECT iif(dstaddr <> pkt_dstaddr, srcaddr, dstaddr) AS inside, vpc_id, subnet_id AS nat_subnet_id,
       ifnull(sum(bytes) FILTER (WHERE dstaddr <> pkt_dstaddr), 0) AS sent,
       ifnull(sum(bytes) FILTER (WHERE srcaddr <> pkt_srcaddr), 0) AS received,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND instance_id IS NULL AND ifnull(interface_type, 'nat') LIKE '%nat%'
   AND (dstaddr <> pkt_dstaddr AND pkt_dst_aws_service = 'S3' OR srcaddr <> pkt_srcaddr AND pkt_src_aws_service = 'S3')
   AND (@nat IS NULL OR @nat IN (interface_id, srcaddr, dstaddr))
 GROUP BY inside, vpc_id, nat_subnet_id ORDER BY sent + received DESC, inside, vpc_id, nat_subnet_id LIMIT @top;
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '_', '-') || ' ', ' pkt-dst-aws-service ') > 0) AS with_pkt_dst_aws_service
  FROM flowlogs_files(@logs) WHERE fields IS NOT NULL;
