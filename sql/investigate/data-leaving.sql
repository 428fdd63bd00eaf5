-- Data leaving: which inside addresses sent how much to which outside ones, each byte counted once.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @bytes     from how many bytes on      @top   rows
--   @inside    your networks, a JSON array of prefixes: add the IPv6 blocks of your VPCs, and your public addresses
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/data-leaving.sql'
--
-- How a byte is counted once. (1) The ends are those of the packet, pkt-srcaddr and pkt-dstaddr, where these are
-- logged, so that the instance's own interface, the NAT gateway's inner leg and a transit gateway tell of the same
-- pair; of all that saw a pair, the one that saw most of it counts, not their sum. (2) The onward leg of a NAT gateway,
-- from its own address, is left out. A NAT gateway is what sends outside what it got from inside, packets and bytes
-- alike within 1 %, while others sent at least as much to the same place; the second answer shows what was left out, so
-- that you can judge it. To be expected: answers to outside clients (a web server's downloads), backups, package
-- mirrors. Where only a proxy is seen to send, it is the source. The same private address in two VPCs is one.
-- Logs without interface-id can't tell who saw it: there each sighting counts. Sums are lower bounds where SKIPDATA
-- exists.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@bytes', 5000000), ('@top', 20);
.read sql/inside.sql
DROP TABLE IF EXISTS temp.leaving;
CREATE TEMP TABLE leaving AS
WITH seen AS MATERIALIZED (
  SELECT coalesce(interface_id, tgw_attachment_id, '-') AS interface, flow_direction AS way, srcaddr, dstaddr,
         coalesce(pkt_srcaddr, srcaddr) AS src, coalesce(pkt_dstaddr, dstaddr) AS dst, max(pkt_dst_aws_service) AS service,
         sum(flows) AS flows, sum(packets) AS packets, sum(bytes) AS bytes, min(first_seen) AS first, max(last_seen) AS last
    FROM flowlogs_rollup(@logs)
   WHERE since = @since AND until = @until AND ifnull(log_status, 'OK') = 'OK' AND action IS NOT 'REJECT'
     AND cidr_lookup('own', 'cidr', coalesce(pkt_srcaddr, srcaddr)) IS NOT NULL
     AND coalesce(pkt_dstaddr, dstaddr) IS NOT NULL -- a place that isn't logged is neither inside nor outside
   GROUP BY 1, 2, 3, 4, 5, 6),
leg AS (
  SELECT interface, iif(cidr_lookup('own', 'cidr', dstaddr) IS NULL, srcaddr, dstaddr) AS addr,
         sum(packets) FILTER (WHERE cidr_lookup('own', 'cidr', dstaddr) IS NULL) AS packets_out,
         sum(bytes) FILTER (WHERE cidr_lookup('own', 'cidr', dstaddr) IS NULL) AS bytes_out,
         sum(packets) AS packets_both, sum(bytes) AS bytes_both
    FROM seen GROUP BY 1, 2),
nat AS MATERIALIZED (
  SELECT interface, addr FROM leg
   WHERE bytes_out > 0 AND 100 * abs(packets_both - 2 * packets_out) <= packets_out
     AND 100 * abs(bytes_both - 2 * bytes_out) <= bytes_out),
sighting AS (
  SELECT src, dst, src = srcaddr AND (interface, srcaddr) IN (SELECT interface, addr FROM nat) AS onward,
         max(service) AS service, sum(flows) AS flows, sum(bytes) AS bytes, min(first) AS first, max(last) AS last
    FROM seen WHERE cidr_lookup('own', 'cidr', dst) IS NULL GROUP BY src, dst, onward, interface, way),
pair AS (
  SELECT src, dst, onward, max(service) AS service, max(flows) AS flows, max(bytes) AS bytes,
         min(first) AS first, max(last) AS last
    FROM sighting GROUP BY src, dst, onward)
SELECT *, onward AND 100 * (sum(bytes) OVER (PARTITION BY dst) - bytes) >= 99 * bytes AS left_out FROM pair;
SELECT src, dst, coalesce(service, '-') AS service, flows, bytes, datetime(first, 'unixepoch') AS first_seen,
       datetime(last, 'unixepoch') AS last_seen
  FROM leaving WHERE NOT left_out AND bytes >= @bytes ORDER BY bytes DESC, src, dst, onward LIMIT @top;
SELECT src AS left_out_as_nat, count(*) AS destinations, sum(flows) AS flows, sum(bytes) AS bytes
  FROM leaving WHERE left_out GROUP BY src ORDER BY src;
