-- Which paths through a transit gateway lose packets, and why?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @lost               a path is shown if it lost at least this number of packets; default 1
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/high-loss.sql'
--
-- The answer comes from transit gateway logs only. VPC flow logs have no such fields, and no
-- record of packets that never arrived. The attachment where a flow enters and the one where it
-- leaves both log it, so packets are counted where it enters; `ppm` is the number of lost packets
-- per million of these. `route` (no route was found) and `hole` (a black hole route) are errors
-- in routing tables, `mtu` is a path MTU that a sender does not learn, and `ttl` is a loop. Without
-- flow_direction, the logs do not say where a flow enters, so `packets` and `ppm` are NULL.
--
-- The last answer says how many files have each field. What depends on a field that none of them
-- has, the logs cannot tell.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@lost', 1);
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
WITH path AS (
  SELECT tgw_src_vpc_id AS src_vpc, tgw_dst_vpc_id AS dst_vpc, srcaddr, dstaddr,
    sum(packets * (flow_direction <> 'egress')) AS packets,
    sum(flows * packets_lost_no_route) AS route, sum(flows * packets_lost_blackhole) AS hole,
    sum(flows * packets_lost_mtu_exceeded) AS mtu, sum(flows * packets_lost_ttl_expired) AS ttl
    FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
     AND tgw_id IS NOT NULL AND ifnull(log_status, 'OK') = 'OK' GROUP BY 1, 2, 3, 4),
summed AS (SELECT *, ifnull(route, 0) + ifnull(hole, 0) + ifnull(mtu, 0) + ifnull(ttl, 0) AS lost
             FROM path)
SELECT src_vpc, dst_vpc, srcaddr, dstaddr, packets, route, hole, mtu, ttl,
       1000000 * lost / max(packets, 1) AS ppm
  FROM summed WHERE lost >= @lost ORDER BY lost DESC, srcaddr, dstaddr, src_vpc, dst_vpc;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files, sum(f LIKE '% tgw-id %') AS with_tgw_id,
       sum(f LIKE '% flow-direction %') AS with_flow_direction,
       sum(f LIKE '% packets-lost-no-route %') AS with_packets_lost_no_route,
       sum(f LIKE '% packets-lost-blackhole %') AS with_packets_lost_blackhole,
       sum(f LIKE '% packets-lost-mtu-exceeded %') AS with_packets_lost_mtu_exceeded,
       sum(f LIKE '% packets-lost-ttl-expired %') AS with_packets_lost_ttl_expired
  FROM (SELECT ' ' || replace(fields, '"', ' ') || ' ' AS f
          FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL);
