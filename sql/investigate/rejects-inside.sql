-- Which traffic between your own networks was rejected, by subnet and by pair?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @bits               the prefix length that stands for an IPv4 subnet if no subnet is logged;
--                       default 24
--   @top                number of rows of the second answer; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/rejects-inside.sql'
--
-- The first answer is by the subnet of the interface that rejected (subnet_id, version 3);
-- without subnet_id it is the network of the destination. If the sender's own rules rejected the
-- traffic, it is the subnet of the sender. The second answer says who was rejected. Many `ports`
-- and few `hosts` are a scan; few ports and many hosts are a worm or a monitor. A wrong security
-- group and a host that does what it should not look alike. A packet that arrives after its
-- connection was closed is rejected, too. Such packets are answers to high ports.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@bits', 24);
DROP TABLE IF EXISTS temp.rejected_inside; CREATE TEMP TABLE rejected_inside AS
SELECT coalesce(subnet_id, ip_prefix(dstaddr, iif(ip_family(dstaddr) = 4, @bits, 64))) AS subnet,
       srcaddr, dstaddr, protocol, dstport, sum(flows) AS flows, sum(packets) AS packets,
       min(first_seen) AS first, max(last_seen) AS last
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND action = 'REJECT' AND is_inside(srcaddr, @inside) AND is_inside(dstaddr, @inside)
 GROUP BY 1, 2, 3, 4, 5;
SELECT subnet, count(DISTINCT srcaddr) AS sources, count(DISTINCT dstaddr) AS hosts,
       count(DISTINCT dstport) AS ports, sum(flows) AS flows,
       datetime(min(first), 'unixepoch') AS first_seen,
       datetime(max(last), 'unixepoch') AS last_seen
  FROM rejected_inside GROUP BY subnet ORDER BY sum(flows) DESC, subnet;
SELECT srcaddr, dstaddr, ifnull(protocol_name(protocol), protocol) || ' ' || dstport
         || coalesce(' ' || port_name(dstport, protocol), '') AS service, sum(flows) AS flows,
       sum(packets) AS packets, datetime(min(first), 'unixepoch') AS first_seen,
       datetime(max(last), 'unixepoch') AS last_seen
  FROM rejected_inside GROUP BY srcaddr, dstaddr, protocol, dstport
 ORDER BY sum(flows) DESC, srcaddr, dstaddr, protocol, dstport LIMIT @top;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM rejected_inside);
