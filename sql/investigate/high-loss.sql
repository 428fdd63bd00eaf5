-- Paths through a transit gateway that lose packets, and why.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @lost      lost packets from which on a path is shown
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/high-loss.sql'
--
-- Of transit gateway logs alone: VPC flow logs have no such fields, and no row for packets that never came. Both the
-- attachment where a flow comes in and the one where it goes out log it, so packets are counted where it comes in;
-- `ppm` is lost packets per million of these. route (none was found) and hole (a black hole route) are routing tables
-- to be mended, mtu is a path MTU that somebody doesn't learn, ttl is a loop. Last: how many files have the field at
-- all; where none has, the logs can't tell.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@lost', 1);
WITH path AS (
  SELECT tgw_src_vpc_id AS src_vpc, tgw_dst_vpc_id AS dst_vpc, srcaddr, dstaddr,
         sum(packets) FILTER (WHERE flow_direction IS NOT 'egress') AS packets,
         sum(flows * packets_lost_no_route) AS no_route, sum(flows * packets_lost_blackhole) AS blackhole,
         sum(flows * packets_lost_mtu_exceeded) AS mtu, sum(flows * packets_lost_ttl_expired) AS ttl
    FROM flowlogs_rollup(@logs)
   WHERE since = @since AND until = @until AND tgw_id IS NOT NULL AND ifnull(log_status, 'OK') = 'OK'
   GROUP BY src_vpc, dst_vpc, srcaddr, dstaddr)
SELECT src_vpc, dst_vpc, srcaddr, dstaddr, packets, no_route AS route, blackhole AS hole, mtu, ttl,
       1000000 * (no_route + blackhole + mtu + ttl) / max(packets, 1) AS ppm
  FROM path WHERE no_route + blackhole + mtu + ttl >= @lost
 ORDER BY no_route + blackhole + mtu + ttl DESC, srcaddr, dstaddr, src_vpc, dst_vpc;
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '_', '-') || ' ', ' packets-lost-blackhole ') > 0) AS with_packets_lost_blackhole
  FROM flowlogs_files(@logs) WHERE fields IS NOT NULL;
