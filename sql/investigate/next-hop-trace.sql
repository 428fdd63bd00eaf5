-- Which path did a flow take, from interface to interface?
--
--   @logs                   a file, a folder or a pattern
--   @since, @until          the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                           seconds; default: no limit
--   @on_error, @format      'skip' leaves out lines and files that cannot be used; the fields of
--                           files without a header line. Default: an error, and AWS's default
--                           format
--   @trace_from, @trace_to  the addresses of the sender and of the receiver, as in the packet;
--                           required
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @trace_from \"'10.0.0.5'\"" \
--           -cmd ".parameter set @trace_to \"'52.216.0.9'\"" :memory: '.read sql/investigate/next-hop-trace.sql'
--
-- The query needs version 11. It follows the next-hop fields of egress records from the interface
-- of the sender to the interface of the next hop, and so on. The `next_hop` of the last row is
-- the receiver, or is not known: the internet, a peered network, or an interface without flow
-- logs. The bytes of later hops are those of all traffic from that interface to @trace_to,
-- because behind a NAT gateway the sender cannot be told apart. The way back is another path;
-- exchange the two addresses to see it.
--
-- The last answer says how many files have each field. What depends on a field that none of them
-- has, the logs cannot tell.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT * FROM (VALUES ('@trace_from', '10.64.1.12'), ('@trace_to', '52.218.32.244'))
   WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(ip_text(@trace_from) IS NOT NULL,
  'flowlogs: @trace_from must be an address: .parameter set @trace_from "''10.0.0.5''"');
SELECT 1 WHERE NOT flowlogs_require(ip_text(@trace_to) IS NOT NULL,
  'flowlogs: @trace_to must be an address: .parameter set @trace_to "''52.216.0.9''"');
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
WITH RECURSIVE leg AS MATERIALIZED (
  SELECT interface_id, interface_type, az_id, srcaddr, traffic_path, next_hop_interface_id, next_hop_interface_type,
         sum(bytes) AS bytes
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE since = @since AND until = @until AND flow_direction = 'egress' AND action = 'ACCEPT'
     AND cidr_match(pkt_dstaddr, @trace_to)
     AND flow_direction IS NOT NULL AND action IS NOT NULL AND pkt_dstaddr IS NOT NULL -- fields that logs may lack
   GROUP BY 1, 2, 3, 4, 5, 6, 7),
hop (n, interface_id, next_hop) AS (
  SELECT 1, interface_id, next_hop_interface_id FROM leg WHERE cidr_match(srcaddr, @trace_from)
   UNION
  SELECT n + 1, leg.interface_id, leg.next_hop_interface_id
    FROM hop JOIN leg ON leg.interface_id = hop.next_hop WHERE n < 16)
SELECT n, leg.interface_id, coalesce(interface_type, '-') AS type, az_id, srcaddr, traffic_path(traffic_path) AS way,
       coalesce(next_hop, '-') AS next_hop, sum(bytes) AS bytes
  FROM hop JOIN leg ON leg.interface_id = hop.interface_id AND leg.next_hop_interface_id IS hop.next_hop
 WHERE n > 1 OR cidr_match(srcaddr, @trace_from)
 GROUP BY n, leg.interface_id, type, az_id, srcaddr, way, next_hop ORDER BY n, 2, 5, 6, 7, 3, 4;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, @trace_from AS trace_from, @trace_to AS trace_to, printable(@logs) AS logs,
       flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' interface-id ') > 0) AS with_interface_id,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' action ') > 0) AS with_action,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' flow-direction ') > 0) AS with_flow_direction,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' pkt-dstaddr ') > 0) AS with_pkt_dstaddr,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' next-hop-interface-id ') > 0) AS with_next_hop_interface_id
  FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL;
DELETE FROM temp.sqlite_parameters WHERE @logs = 'tests/data/AWSLogs' AND (key, value) IN (VALUES
  ('@trace_from', '10.64.1.12'), ('@trace_to', '52.218.32.244'));
