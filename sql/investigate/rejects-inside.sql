-- Rejected inside: traffic between your own networks that was refused, by subnet.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @bits      prefix length that stands for an IPv4 subnet where none is logged      @top   rows of the second answer
--   @inside    your networks, a JSON array of prefixes: add the IPv6 blocks of your VPCs, and your public addresses
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/rejects-inside.sql'
--
-- First: by the subnet whose interface rejected (subnet-id, version 3; else the network of the destination). Second:
-- who did it. `ports` many and `hosts` few is a scan, the reverse a worm or a monitor. A wrong security group and a
-- host that does what it shouldn't look alike. REJECT also covers packets that come after a connection was closed:
-- answers to high ports. Where the sender's own rules reject, it is the sender's subnet.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@bits', 24), ('@top', 20);
.read sql/inside.sql
DROP TABLE IF EXISTS temp.rejected_inside;
CREATE TEMP TABLE rejected_inside AS
SELECT coalesce(subnet_id, ip_prefix(dstaddr, iif(ip_family(dstaddr) = 4, @bits, 64))) AS subnet,
       srcaddr, dstaddr, protocol, dstport, sum(flows) AS flows, sum(packets) AS packets,
       min(first_seen) AS first, max(last_seen) AS last
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND action = 'REJECT'
   AND cidr_lookup('own', 'cidr', srcaddr) IS NOT NULL AND cidr_lookup('own', 'cidr', dstaddr) IS NOT NULL
 GROUP BY 1, 2, 3, 4, 5;
SELECT subnet, count(DISTINCT srcaddr) AS sources, count(DISTINCT dstaddr) AS hosts, count(DISTINCT dstport) AS ports,
       sum(flows) AS flows, datetime(min(first), 'unixepoch') AS first_seen, datetime(max(last), 'unixepoch') AS last_seen
  FROM rejected_inside GROUP BY subnet ORDER BY sum(flows) DESC, subnet;
SELECT srcaddr, dstaddr,
       ifnull(protocol_name(protocol), protocol) || ' ' || dstport
         || coalesce(' ' || port_name(dstport, protocol), '') AS service,
       sum(flows) AS flows, sum(packets) AS packets, datetime(min(first), 'unixepoch') AS first_seen,
       datetime(max(last), 'unixepoch') AS last_seen
  FROM rejected_inside GROUP BY srcaddr, dstaddr, protocol, dstport
 ORDER BY sum(flows) DESC, srcaddr, dstaddr, protocol, dstport LIMIT @top;
