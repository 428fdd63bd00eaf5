-- DNS to servers that nobody approved.
--
--   @logs       files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @resolvers  approved servers, a JSON array of addresses      @dns_ports   of DNS, a JSON array: 853 is DNS over TLS
--   @top        rows
--   @inside     your networks, a JSON array of prefixes: add the IPv6 blocks of your VPCs, and your public addresses
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/dns-resolvers.sql'
--
-- Queries to Amazon's own server of the VPC are never logged, so only the detours are here: malware, tunnels (many
-- bytes), or a laptop's habits. DNS over HTTPS is not: it looks like any other port 443. Each query through a NAT
-- gateway shows on its onward leg, too (from the gateway's address), and in the default format the inner leg ends at
-- the gateway.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL),
  ('@resolvers', '["10.0.0.2", "169.254.169.253", "fd00:ec2::253"]'), ('@dns_ports', '[53, 853]'), ('@top', 20);
.read sql/inside.sql
SELECT coalesce(pkt_srcaddr, srcaddr) AS client, coalesce(pkt_dstaddr, dstaddr) AS server, dstport,
       iif(cidr_lookup('own', 'cidr', coalesce(pkt_dstaddr, dstaddr)) IS NULL, 'outside', 'inside') AS side,
       sum(flows) AS flows, coalesce(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND protocol IN (6, 17) AND dstport IN (SELECT value FROM json_each(@dns_ports))
   AND ip_text(coalesce(pkt_dstaddr, dstaddr)) NOT IN (SELECT ip_text(value) FROM json_each(@resolvers))
   AND cidr_lookup('own', 'cidr', coalesce(pkt_srcaddr, srcaddr)) IS NOT NULL
 GROUP BY 1, 2, 3 ORDER BY sum(flows) DESC, 1, 2, 3 LIMIT @top;
