-- Who reaches S3 through the NAT gateway, and pays by the byte for traffic that a gateway
-- endpoint carries free of charge?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @nat                one NAT gateway, by its interface or its private address; default NULL:
--                       all
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/s3-through-nat.sql'
--
-- To avoid the charge, add a gateway endpoint for S3 to the route table of the instance's subnet.
-- Write DYNAMODB in the place of S3 to ask about the other service that has a gateway endpoint.
-- The query needs version 5.
--
-- The interface of a NAT gateway logs each packet on two legs. Only the inner leg is counted,
-- because it shows both true ends; so each packet counts once. A record is of an inner leg if it
-- has no instance and an original address that differs from the address; where interface_type
-- (version 11) is logged, it must also name a NAT gateway. The records of a regional NAT gateway
-- (resource_id) show no legs and are not counted.
--
-- The last answer says how many files have each field. What depends on a field that none of them
-- has, the logs cannot tell.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@nat', NULL), ('@top', 20);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT iif(dstaddr <> pkt_dstaddr, srcaddr, dstaddr) AS inside, vpc_id, subnet_id AS nat_subnet_id,
       ifnull(sum(bytes) FILTER (WHERE dstaddr <> pkt_dstaddr), 0) AS sent,
       ifnull(sum(bytes) FILTER (WHERE srcaddr <> pkt_srcaddr), 0) AS received,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND instance_id IS NULL AND ifnull(interface_type, 'nat') LIKE '%nat%'
   AND (dstaddr <> pkt_dstaddr AND pkt_dst_aws_service = 'S3' OR srcaddr <> pkt_srcaddr AND pkt_src_aws_service = 'S3')
   AND (@nat IS NULL OR @nat IN (interface_id, srcaddr, dstaddr))
 GROUP BY inside, vpc_id, nat_subnet_id ORDER BY sent + received DESC, inside, vpc_id, nat_subnet_id LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' instance-id ') > 0) AS with_instance_id,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' pkt-srcaddr ') > 0) AS with_pkt_srcaddr,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' pkt-dstaddr ') > 0) AS with_pkt_dstaddr,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' pkt-src-aws-service ') > 0) AS with_pkt_src_aws_service,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' pkt-dst-aws-service ') > 0) AS with_pkt_dst_aws_service
  FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL;
