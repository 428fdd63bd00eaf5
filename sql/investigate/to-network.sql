-- Who sends to a network, by destination and service?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @net                the network, an IPv4 or IPv6 prefix; required
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @net \"'10.0.0.0/16'\"" \
--           :memory: '.read sql/investigate/to-network.sql'
--
-- `port` is the lower of the two ports, which is nearly always the port of the service.
--
-- Packets to the network count, too, where pkt_dstaddr is logged (version 3): the address of a
-- pod, and any secondary one, is nowhere else in what its own interface logs.
--
-- Traffic between two interfaces that both write logs is in the logs twice, a NAT gateway logs
-- both of its legs, and the logs of a transit gateway contain the traffic once more. The
-- condition AND flow_direction = 'egress' AND tgw_id IS NULL (version 5) counts once what each
-- interface sent. Where records were lost (SKIPDATA), sums are lower bounds.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters
SELECT '@net', '10.0.0.0/16' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(@net IS NOT NULL,
  'flowlogs: @net must be a network: .parameter set @net "''10.0.0.0/16''"');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT srcaddr, iif(cidr_match(pkt_dstaddr, @net), pkt_dstaddr, dstaddr) AS dstaddr,
       ifnull(protocol_name(protocol), protocol) AS protocol, min(srcport, dstport) AS port,
       port_name(min(srcport, dstport), protocol) AS service, action, sum(flows) AS flows,
       sum(bytes) AS bytes, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND cidr_match(addr, @net)
   AND (cidr_match(dstaddr, @net) OR cidr_match(pkt_dstaddr, @net))
 GROUP BY 1, 2, 3, 4, 6 ORDER BY bytes DESC, srcaddr, 2, protocol, port, action LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, @net AS net, printable(@logs) AS logs,
       flowlogs_scan_summary() AS looked_at WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
DELETE FROM temp.sqlite_parameters
 WHERE key = '@net' AND value = '10.0.0.0/16' AND @logs = 'tests/data/AWSLogs';
