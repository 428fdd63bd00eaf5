-- Who sends and fetches most through the NAT gateway. Both ways cost: NAT gateways are paid by the byte.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @nat    one NAT gateway, by interface or private address; NULL: all
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/nat-senders.sql'
--
-- Needs pkt_srcaddr, pkt_dstaddr and instance_id (version 3). A NAT gateway's own interface logs each packet on its two
-- legs; counted here is the inner one, which has both true ends, so that each packet counts once. It is told by its
-- addresses: no instance, and an original address that differs (where interface_type, version 11, is there, it must say
-- NAT). A regional NAT gateway's records (resource_id) show no legs, and are not in this. Last: how many files have the
-- field at all; where none has, the logs can't tell.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@nat', NULL), ('@top', 20);
SELECT iif(dstaddr <> pkt_dstaddr, srcaddr, dstaddr) AS inside, interface_id AS nat,
       count(DISTINCT iif(dstaddr <> pkt_dstaddr, pkt_dstaddr, pkt_srcaddr)) AS remotes,
       ifnull(sum(bytes) FILTER (WHERE dstaddr <> pkt_dstaddr), 0) AS sent,
       ifnull(sum(bytes) FILTER (WHERE srcaddr <> pkt_srcaddr), 0) AS received,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND instance_id IS NULL AND ifnull(interface_type, 'nat') LIKE '%nat%'
   AND (dstaddr <> pkt_dstaddr OR srcaddr <> pkt_srcaddr)
   AND (@nat IS NULL OR @nat IN (interface_id, srcaddr, dstaddr))
 GROUP BY inside, nat ORDER BY sent DESC, received DESC, inside, nat LIMIT @top;
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '_', '-') || ' ', ' pkt-srcaddr ') > 0) AS with_pkt_srcaddr
  FROM flowlogs_files(@logs) WHERE fields IS NOT NULL;
