-- Which pairs of zones and of addresses have traffic across availability zones, and how many
-- bytes? Each gigabyte is charged at both ends.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows of the second and third answer; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/cross-az.sql'
--
-- The first and the second answer are by address. The zone of an address is the zone that az_id
-- and flow_direction (versions 4 and 5) give for its interface, so both ends must be logged, and
-- they must be in the same VPC. Each direction is logged at both ends; the end that saw more of
-- it counts, so that each byte counts once.
--
-- The third answer is by next hop (version 11) and covers egress traffic, including NAT gateways
-- and endpoints. Traffic over a NAT gateway is also charged there.
--
-- The last answer says how many files have each field. What depends on a field that none of them
-- has, the logs cannot tell.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
CREATE TEMP TABLE IF NOT EXISTS cross_az_pair (src_az, dst_az, srcaddr, dstaddr, flows, bytes);
DELETE FROM cross_az_pair;
WITH seen AS MATERIALIZED (
  SELECT vpc_id, az_id, interface_id, flow_direction, srcaddr, dstaddr, sum(flows) AS flows, sum(bytes) AS bytes
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE since = @since AND until = @until AND action = 'ACCEPT' AND az_id IS NOT NULL AND flow_direction IS NOT NULL
   GROUP BY vpc_id, az_id, interface_id, flow_direction, srcaddr, dstaddr),
zone AS MATERIALIZED (
  SELECT vpc_id, CAST(iif(flow_direction = 'egress', srcaddr, dstaddr) AS TEXT) AS ip, min(az_id) AS az_id
    FROM seen GROUP BY 1, 2)
INSERT INTO cross_az_pair
SELECT s.az_id, d.az_id, srcaddr, dstaddr, max(flows), max(bytes)
  FROM seen JOIN zone s ON s.vpc_id = seen.vpc_id AND s.ip = srcaddr
       JOIN zone d ON d.vpc_id = seen.vpc_id AND d.ip = dstaddr
 WHERE s.az_id <> d.az_id GROUP BY seen.vpc_id, srcaddr, dstaddr;
SELECT src_az, dst_az, count(*) AS pairs, sum(flows) AS flows, sum(bytes) AS bytes
  FROM cross_az_pair GROUP BY src_az, dst_az ORDER BY bytes DESC, src_az, dst_az;
SELECT * FROM cross_az_pair ORDER BY bytes DESC, srcaddr, dstaddr, src_az, dst_az, flows LIMIT @top;
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT az_id AS src_az, next_hop_az_id AS next_az, coalesce(next_hop_interface_type, 'instance or other') AS next_hop,
       srcaddr, count(DISTINCT dstaddr) AS peers, sum(flows) AS flows, sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND action = 'ACCEPT' AND flow_direction = 'egress' AND flow_direction IS NOT NULL
   AND az_id <> next_hop_az_id
 GROUP BY 1, 2, 3, 4 ORDER BY bytes DESC, 1, 2, 3, 4 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM cross_az_pair) AND NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' az-id ') > 0) AS with_az_id,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' vpc-id ') > 0) AS with_vpc_id,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' flow-direction ') > 0) AS with_flow_direction,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' next-hop-az-id ') > 0) AS with_next_hop_az_id
  FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL;
