-- Which inside addresses sent how many bytes to which outside addresses? Each byte is counted
-- once.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @bytes              a pair is shown if it sent at least this number of bytes; default 5000000
--   @top                number of rows; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/data-leaving.sql'
--
-- A byte is counted once for two reasons. First, the ends are those of the packet (pkt_srcaddr,
-- pkt_dstaddr) where these are logged, so that the interface of the instance, the inner leg of
-- the NAT gateway and a transit gateway report the same pair. Of all points that saw a pair, the
-- one that saw most of it counts, not their sum. Second, the onward leg of a NAT gateway, which
-- has the gateway's own address, is left out. An address is taken for a NAT gateway if it sends
-- to the outside what it received from the inside, with packets and bytes equal within 1 %, while
-- others sent at least as much to the same place. The second answer shows what was left out, so
-- that you can judge it.
--
-- Expect answers to outside clients (the downloads from a web server), backups and package
-- mirrors. If only a proxy is seen to send, the proxy is the source. The same private address in
-- two VPCs is one address here. In logs without interface_id nothing tells which interface saw a
-- pair, so every record counts. Where records were lost (SKIPDATA), sums are lower bounds. Pairs
-- of which no record has a byte count come last, with `bytes` NULL.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@bytes', 5000000), ('@top', 20), ('@inside', NULL);
DROP TABLE IF EXISTS temp.leaving;
CREATE TEMP TABLE leaving (src, dst, onward, service, flows, bytes, first, last, left_out);
INSERT INTO leaving
WITH seen AS MATERIALIZED (
  SELECT coalesce(interface_id, tgw_attachment_id, '-') AS interface, flow_direction AS way, srcaddr, dstaddr,
         coalesce(pkt_srcaddr, srcaddr) AS src, coalesce(pkt_dstaddr, dstaddr) AS dst, max(pkt_dst_aws_service) AS service,
         sum(flows) AS flows, sum(packets) AS packets, sum(bytes) AS bytes, min(first_seen) AS first, max(last_seen) AS last
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE since = @since AND until = @until AND ifnull(log_status, 'OK') = 'OK' AND action IS NOT 'REJECT'
     AND is_inside(coalesce(pkt_srcaddr, srcaddr), @inside)
     AND coalesce(pkt_dstaddr, dstaddr) IS NOT NULL -- an address that is not logged is neither inside nor outside
   GROUP BY 1, 2, 3, 4, 5, 6),
leg AS (
  SELECT interface, iif(NOT is_inside(dstaddr, @inside), srcaddr, dstaddr) AS addr,
         sum(packets) FILTER (WHERE NOT is_inside(dstaddr, @inside)) AS packets_out,
         sum(bytes) FILTER (WHERE NOT is_inside(dstaddr, @inside)) AS bytes_out,
         sum(packets) AS packets_both, sum(bytes) AS bytes_both
    FROM seen GROUP BY 1, 2),
nat AS MATERIALIZED (
  SELECT interface, addr FROM leg
   WHERE bytes_out > 0 AND 100 * abs(packets_both - 2 * packets_out) <= packets_out
     AND 100 * abs(bytes_both - 2 * bytes_out) <= bytes_out),
sighting AS (
  SELECT src, dst, src = srcaddr AND (interface, srcaddr) IN (SELECT interface, addr FROM nat) AS onward,
         max(service) AS service, sum(flows) AS flows, sum(bytes) AS bytes, min(first) AS first, max(last) AS last
    FROM seen WHERE NOT is_inside(dst, @inside) GROUP BY src, dst, onward, interface, way),
pair AS (
  SELECT src, dst, onward, max(service) AS service, max(flows) AS flows, max(bytes) AS bytes,
         min(first) AS first, max(last) AS last
    FROM sighting GROUP BY src, dst, onward)
SELECT *, onward AND 100 * (sum(bytes) OVER (PARTITION BY dst) - bytes) >= 99 * bytes AS left_out FROM pair;
SELECT src, dst, coalesce(service, '-') AS service, flows, bytes, datetime(first, 'unixepoch') AS first_seen,
       datetime(last, 'unixepoch') AS last_seen
  FROM leaving WHERE NOT left_out AND ifnull(bytes, @bytes) >= @bytes ORDER BY bytes DESC, src, dst, onward LIMIT @top;
SELECT src AS left_out_as_nat, count(*) AS destinations, sum(flows) AS flows, sum(bytes) AS bytes
  FROM leaving WHERE left_out GROUP BY src ORDER BY src;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM leaving WHERE left_out OR ifnull(bytes, @bytes) >= @bytes);
