-- Which pairs of zones and of addresses have traffic across availability zones, and how many
-- bytes? Each gigabyte is charged at both ends.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/cross-az.sql'
--
-- The zone of an end is known if a record of its own interface tells (az_id, version 4), which
-- needs flow_direction (version 5) or an interface with a single address. Pods have the zone of
-- their node, and appear with their own addresses where pkt_srcaddr and pkt_dstaddr are logged.
-- Each byte counts once.
--
-- The third answer is about traffic whose next hop is in another zone (version 11): NAT gateways,
-- transit gateways and endpoints. Traffic over a NAT gateway is also charged there. It counts what
-- each interface sent, from the records, because flowlogs_connections knows ends and no next hops.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT iif(back, server_az_id, client_az_id) AS src_az,
       iif(back, client_az_id, server_az_id) AS dst_az,
       iif(back, server, client) AS src, iif(back, client, server) AS dst, count(*) AS connections,
       sum(iif(back, server_bytes, client_bytes)) AS bytes
  FROM flowlogs_connections(@logs, @on_error, @format)
 CROSS JOIN (SELECT 0 AS back UNION ALL SELECT 1)
 WHERE since = @since AND until = @until AND client_az_id <> server_az_id AND state <> 'rejected'
   AND iif(back, server_packets, client_packets) IS NOT 0 GROUP BY 1, 2, 3, 4;
SELECT src_az, dst_az, count(*) AS pairs, sum(connections) AS connections, sum(bytes) AS bytes
  FROM temp.answer GROUP BY 1, 2 ORDER BY sum(bytes) DESC, 1, 2;
SELECT * FROM temp.answer ORDER BY bytes DESC, src, dst, src_az, dst_az LIMIT @top;
SELECT az_id AS src_az, next_hop_az_id AS next_az,
       coalesce(next_hop_interface_type, 'instance or other') AS next_hop, srcaddr,
       count(DISTINCT dstaddr) AS peers, sum(flows) AS flows, sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND action IS NOT 'REJECT' AND flow_direction = 'egress'
   AND flow_direction IS NOT NULL AND az_id <> next_hop_az_id
 GROUP BY 1, 2, 3, 4 ORDER BY bytes DESC, 1, 2, 3, 4 LIMIT @top;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
