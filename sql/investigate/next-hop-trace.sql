-- The path of a flow, hop by hop: which interface handed it to which.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @trace_from      the sender's address      @trace_to   the receiver's, by the packet
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/next-hop-trace.sql'
--
-- Of version 11: next-hop fields of egress records, followed from the sender's interface to that of its next hop, and
-- on. The last row's `next_hop` is the receiver, or nothing known: the internet, a peered network, an interface without
-- flow logs. The bytes of later hops are those of all that went there from that interface to @trace_to: behind a NAT gateway
-- the sender isn't told apart any more. The way back is another path: ask with both addresses exchanged. Last: how many
-- files have the field at all; where none has, the logs can't tell.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@trace_from', '10.64.1.12'), ('@trace_to', '52.218.32.244');
WITH RECURSIVE leg AS MATERIALIZED (
  SELECT interface_id, interface_type, az_id, srcaddr, traffic_path, next_hop_interface_id, next_hop_interface_type,
         sum(bytes) AS bytes
    FROM flowlogs_rollup(@logs)
   WHERE since = @since AND until = @until AND flow_direction = 'egress' AND action = 'ACCEPT' AND pkt_dstaddr = @trace_to
   GROUP BY 1, 2, 3, 4, 5, 6, 7),
hop (n, interface_id, next_hop) AS (
  SELECT 1, interface_id, next_hop_interface_id FROM leg WHERE srcaddr = @trace_from
   UNION
  SELECT n + 1, leg.interface_id, leg.next_hop_interface_id
    FROM hop JOIN leg ON leg.interface_id = hop.next_hop WHERE n < 16)
SELECT n, leg.interface_id, coalesce(interface_type, '-') AS type, az_id, srcaddr, traffic_path(traffic_path) AS way,
       coalesce(next_hop, '-') AS next_hop, sum(bytes) AS bytes
  FROM hop JOIN leg ON leg.interface_id = hop.interface_id AND leg.next_hop_interface_id IS hop.next_hop
 WHERE n > 1 OR srcaddr = @trace_from
 GROUP BY n, leg.interface_id, type, az_id, srcaddr, way, next_hop ORDER BY n, 2, 5, 6, 7;
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '_', '-') || ' ', ' next-hop-interface-id ') > 0) AS with_next_hop_interface_id
  FROM flowlogs_files(@logs) WHERE fields IS NOT NULL;
