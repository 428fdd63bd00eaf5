-- Where most is fetched from through the NAT gateway: remote addresses by bytes, and the AWS service if it is one.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @nat    one NAT gateway, by interface or private address; NULL: all
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/nat-downloads.sql'
--
-- Needs pkt_srcaddr, pkt_dstaddr and instance_id (version 3). A NAT gateway's own interface logs each packet on its two
-- legs; counted here is the inner one, which has both true ends, so that each packet counts once. It is told by its
-- addresses: no instance, and an original address that differs (where interface_type, version 11, is there, it must say
-- NAT). A regional NAT gateway's records (resource_id) show no legs, and are not in this. Last: how many files have the
-- field at all; where none has, the logs can't tell.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@nat', NULL), ('@top', 20);
SELECT pkt_srcaddr AS remote, pkt_src_aws_service AS aws_service, count(DISTINCT dstaddr) AS insides,
       sum(flows) AS flows, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND instance_id IS NULL AND ifnull(interface_type, 'nat') LIKE '%nat%'
   AND srcaddr <> pkt_srcaddr AND (@nat IS NULL OR @nat IN (interface_id, srcaddr))
 GROUP BY remote, aws_service ORDER BY bytes DESC, remote, aws_service LIMIT @top;
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '_', '-') || ' ', ' pkt-srcaddr ') > 0) AS with_pkt_srcaddr
  FROM flowlogs_files(@logs) WHERE fields IS NOT NULL;
