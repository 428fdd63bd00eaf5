-- What goes through the NAT gateways, and is charged by the byte: by address, pair, remote
-- address, or service of AWS?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @per                'address' (who sends and fetches), 'pair' of it and a remote address,
--                       'remote', or 'service' (an address and a service of AWS); default NULL: a
--                       pair
--   @by                 the order: 'bytes' in both directions, 'sent' or 'received'; default NULL:
--                       'bytes'
--   @nat                one NAT gateway, by its interface or its private address; default NULL:
--                       all
--   @top                number of rows; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/nat-traffic.sql'
--
-- With @per 'service' (version 5), the rows with S3 and DYNAMODB are what a gateway endpoint in
-- the route table of the address's subnet would carry free of charge. @by 'sent' shows uploads,
-- and 'received' downloads.
--
-- The interface of a NAT gateway logs each packet on two legs. The inner leg is counted, because
-- it shows both true ends (pkt_srcaddr, pkt_dstaddr: version 3); one is inside, and one is not.
-- These are records: flowlogs_connections says neither which interface forwarded, nor which
-- service of AWS an end belongs to.
-- An interface is a NAT gateway's if interface_type (version 11) says so. Where that is not
-- logged, it is one that sends on to the outside, under its own address, what it received:
-- is_nat_leg of flowlogs_connections. The interfaces of a transit gateway and of a load balancer,
-- and the node of a pod, are none, and an instance is none where instance_id is logged. The
-- records of a regional NAT gateway (resource_id) show no legs and are not counted.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
SELECT 1 WHERE NOT flowlogs_require(ifnull(@by, 'bytes') IN ('bytes', 'sent', 'received')
   AND ifnull(@per, 'pair') IN ('address', 'pair', 'remote', 'service'), 'flowlogs: @per must be '
  || 'address, pair, remote, service; @by bytes, sent, received: .parameter set @by "''sent''"');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT interface_id AS nat,
       iif(@per = 'remote', NULL, iif(out, pkt_srcaddr, pkt_dstaddr)) AS inside,
       iif(@per IN ('address', 'service'), NULL, iif(out, pkt_dstaddr, pkt_srcaddr)) AS remote,
       iif(ifnull(@per, 'pair') = 'pair', iif(out, dstport, srcport), NULL) AS port,
       iif(@per = 'address', NULL, iif(out, pkt_dst_aws_service, pkt_src_aws_service)) AS service,
       sum(bytes * out) AS sent, sum(bytes * (NOT out)) AS received,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format) CROSS JOIN (SELECT 0 AS out UNION ALL SELECT 1)
 WHERE since = @since AND until = @until AND is_inside(pkt_srcaddr, @inside) = out
   AND is_inside(pkt_dstaddr, @inside) <> out
   AND iif(out, dstaddr <> pkt_dstaddr, srcaddr <> pkt_srcaddr)
   AND (@nat IS NULL OR @nat IN (interface_id, iif(out, dstaddr, srcaddr)))
   AND ifnull(interface_type LIKE '%nat%', instance_id IS NULL AND iif(out, dstaddr, srcaddr) IN (
       SELECT client FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since
          AND until = @until AND inside = @inside AND is_nat_leg AND direction = 'outbound'))
 GROUP BY 1, 2, 3, 4, 5 ORDER BY CASE @by WHEN 'sent' THEN sent WHEN 'received' THEN received
   ELSE sum(bytes) END DESC, 1, 2, 3, 4, 5 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
