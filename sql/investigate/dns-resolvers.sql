-- Who asks DNS servers that nobody approved?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @resolvers         the approved servers, a JSON array of addresses; default: Amazon's
--                      resolver (169.254.169.253, fd00:ec2::253) and 10.0.0.2
--   @dns_ports         the ports of DNS, a JSON array; default [53, 853], where 853 is DNS over
--                      TLS
--   @top                number of rows; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/dns-resolvers.sql'
--
-- Queries to Amazon's own server of the VPC are never logged, so the answer shows only queries
-- that bypass it: malware, tunnels (many bytes), or the settings of a laptop. DNS over HTTPS is
-- not included, because it looks like any other traffic on port 443. `connections` are queries,
-- or several of the same client's port within 15 minutes; those through a NAT gateway count once,
-- for the instance.
--
-- A server in 100.64.0.0/10 counts as outside, although the default of @inside has this network:
-- overlay networks such as Tailscale have their resolver there. Where it is yours, because pods
-- ask servers in pods, set @inside to a list that has it.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@dns_ports', '[53, 853]'), ('@resolvers', '["10.0.0.2", "169.254.169.253", "fd00:ec2::253"]');
SELECT 1 WHERE NOT flowlogs_require(iif(json_valid(@dns_ports), json_type(@dns_ports) = 'array'
   AND (SELECT count(*) = total(value = CAST(value AS INTEGER)) FROM json_each(@dns_ports)), 0),
  'flowlogs: @dns_ports must be a JSON array of ports: .parameter set @dns_ports ''[53, 853]''');
SELECT 1 WHERE NOT flowlogs_require(iif(json_valid(@resolvers), json_type(@resolvers) = 'array'
   AND (SELECT count(*) = count(ip_text(value)) FROM json_each(@resolvers)), 0), 'flowlogs: '
   || '@resolvers must be a JSON array of addresses: .parameter set @resolvers ''["10.0.0.2"]''');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT client, server, server_port AS port, iif(direction = 'internal' AND (@inside IS NOT NULL
           OR ip_scope(server) <> 'shared'), 'inside', 'outside') AS side, count(*) AS connections,
       sum((rejected > 0) * (state = 'rejected')) AS rejected, sum(client_bytes) AS sent,
       sum(server_bytes) AS received, datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_connections(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND inside = @inside AND NOT is_nat_leg
   AND direction IN ('internal', 'outbound')
   AND server_port IN (SELECT value FROM json_each(@dns_ports))
   AND server NOT IN (SELECT ip_text(value) FROM json_each(@resolvers))
 GROUP BY client, server, server_port ORDER BY connections DESC, client, server, port LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
