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
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters
SELECT * FROM (VALUES ('@trace_from', '10.64.1.12'), ('@trace_to', '52.218.32.244'))
 WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(ip_text(@trace_from) || ip_text(@trace_to) IS NOT NULL,
  'flowlogs: @trace_from must be an address, and so must @trace_to: '
  || '.parameter set @trace_to "''10.0.0.5''"');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
WITH RECURSIVE leg AS MATERIALIZED (
  SELECT interface_id, interface_type, az_id, srcaddr, traffic_path, next_hop_interface_id,
         sum(bytes) AS bytes, cidr_match(srcaddr, @trace_from) AS first
    FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
     AND flow_direction = 'egress' AND action = 'ACCEPT' AND cidr_match(pkt_dstaddr, @trace_to)
     AND flow_direction IS NOT NULL AND action IS NOT NULL AND pkt_dstaddr IS NOT NULL
   GROUP BY 1, 2, 3, 4, 5, 6), -- IS NOT NULL: the logs may lack these fields
hop (n, id) AS (
  SELECT 1, interface_id FROM leg WHERE first UNION
  SELECT n + 1, next_hop_interface_id
    FROM hop JOIN leg ON interface_id = id AND (n > 1 OR first) WHERE n < 16)
SELECT n, interface_id, coalesce(interface_type, '-') AS type, az_id, srcaddr,
       traffic_path(traffic_path) AS way, coalesce(next_hop_interface_id, '-') AS next_hop,
       sum(bytes) AS bytes FROM hop JOIN leg ON interface_id = id AND (n > 1 OR first)
 GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY n, 2, 5, 6, 7, 3, 4;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, @trace_from AS trace_from, @trace_to AS trace_to,
       printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files, sum(f LIKE '% interface-id %') AS with_interface_id,
       sum(f LIKE '% action %') AS with_action,
       sum(f LIKE '% flow-direction %') AS with_flow_direction,
       sum(f LIKE '% pkt-dstaddr %') AS with_pkt_dstaddr,
       sum(f LIKE '% next-hop-interface-id %') AS with_next_hop_interface_id
  FROM (SELECT ' ' || replace(fields, '"', ' ') || ' ' AS f
          FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL);
DELETE FROM temp.sqlite_parameters WHERE @logs = 'tests/data/AWSLogs'
   AND (key, value) IN (VALUES ('@trace_from', '10.64.1.12'), ('@trace_to', '52.218.32.244'));
