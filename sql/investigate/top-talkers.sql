-- Who sends most, by address, pair, instance or subnet, in bytes or in packets?
-- Athena's name: TopTalkers, TopTalkersPacketLevel, TotalBytesTransferred,
-- TotalBytesTransferredPacketLevel, TopTalkingInstances, TopTalkingSubnets.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @per                'address', 'pair' (who to whom), 'instance' or 'subnet'; default NULL: an
--                       address
--   @by                 the order: 'bytes' or 'packets' sent, or 'received' bytes; default NULL:
--                       'bytes'
--   @within             only addresses of this network, such as '10.0.1.0/24'; default NULL: all
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/top-talkers.sql'
--
-- Each byte counts once (see flowlogs_connections in ../README.md), and what a NAT gateway sends
-- on is in the row of the instance. Where records were lost (SKIPDATA), sums are lower bounds. So
-- the sum of `bytes` over all rows is what was sent in all. What a row sends is `bytes` and
-- `packets`, and what it gets back is `received`. The two directions of a pair are two rows.
-- `rejected` counts connections of which something was rejected.
--
-- The addresses are those of the packet (pkt_srcaddr, pkt_dstaddr) where these are logged.
-- Instances and subnets need instance_id and subnet_id (version 3), and are known of ends whose
-- own interface is in the logs; the other ends are in no row.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
SELECT 1 WHERE NOT flowlogs_require(@per IN ('address', 'pair', 'instance', 'subnet') IS NOT 0,
  'flowlogs: @per must be address, pair, instance or subnet: .parameter set @per "''pair''"');
SELECT 1 WHERE NOT flowlogs_require(ifnull(@by, 'bytes') IN ('bytes', 'packets', 'received'),
  'flowlogs: @by must be bytes, packets or received: .parameter set @by "''packets''"');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
-- LIMIT -1: SQLite computes the columns once for each row, and not again for each use of them.
WITH sent AS (
  SELECT CASE @per WHEN 'instance' THEN iif(back, server_instance_id, client_instance_id)
                   WHEN 'subnet' THEN iif(back, server_subnet_id, client_subnet_id)
                   ELSE iif(back, server, client) END AS who,
         iif(@per = 'pair', iif(back, client, server), NULL) AS peer, rejected > 0 AS rejected,
         iif(back, server_packets, client_packets) AS p, iif(back, server_bytes, client_bytes)
           AS b, iif(back, client_bytes, server_bytes) AS r, first_seen, last_seen
    FROM flowlogs_connections(@logs, @on_error, @format)
   CROSS JOIN (SELECT 0 AS back UNION ALL SELECT 1) WHERE since = @since AND until = @until AND
         NOT is_nat_leg AND (@within IS NULL OR cidr_match(iif(back, server, client), @within))
   LIMIT -1)
SELECT who, peer, count(*) AS connections, sum(rejected) AS rejected, sum(p) AS packets,
       sum(b) AS bytes, sum(r) AS received, datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM sent WHERE who IS NOT NULL GROUP BY 1, 2 ORDER BY CASE @by WHEN 'packets' THEN packets
   WHEN 'received' THEN received ELSE bytes END DESC, 1, 2 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
