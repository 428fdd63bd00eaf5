-- Which of our addresses and ports were reached or tried from outside, and by whom most?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows of each answer; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/inbound-external.sql'
--
-- The first answer is by our address and port, and the second one by source. `answered` counts
-- the connections in which both ends sent something that was accepted: look at these on anything
-- but your public services. `rejected` counts those that a security group or network ACL stopped;
-- the others had no answer. `bytes` are those of both ends, each counted once.
--
-- Where the logs have tcp-flags, the sender of the SYN is the client, whatever the ports are.
-- Without them, see flowlogs_connections in sql/README.md for what decides. What answers to
-- connections from inside is not here.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
DROP TABLE IF EXISTS temp.inbound; CREATE TEMP TABLE inbound AS
SELECT client, server, protocol, server_port, count(*) AS n, min(first_seen) AS first,
       max(last_seen) AS last, sum(state IN ('established', 'closed', 'reset')) AS answered,
       sum((rejected > 0) * (state = 'rejected')) AS rejected,
       sum(client_bytes + server_bytes) AS bytes
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND inside = @inside AND direction = 'inbound' AND NOT is_nat_leg
 GROUP BY 1, 2, 3, 4, together;
SELECT server, ifnull(protocol_name(protocol), protocol) || ifnull(' ' || server_port, '')
         || ifnull(' ' || port_name(server_port, protocol), '') AS service,
       count(DISTINCT client) AS sources, sum(n) AS connections, sum(answered) AS answered,
       sum(rejected) AS rejected, sum(bytes) AS bytes,
       substr(datetime(max(last), 'unixepoch'), 1, 16) AS last_seen
  FROM inbound GROUP BY server, protocol, server_port
 ORDER BY sum(answered) DESC, sum(rejected) DESC, server, protocol, server_port LIMIT @top;
SELECT client, ip_scope(client) AS scope, count(DISTINCT server) AS hosts,
       count(DISTINCT server_port) AS ports, sum(n) AS connections, sum(answered) AS answered,
       sum(rejected) AS rejected, sum(bytes) AS bytes,
       datetime(min(first), 'unixepoch') AS first_seen,
       datetime(max(last), 'unixepoch') AS last_seen
  FROM inbound GROUP BY client ORDER BY sum(rejected) DESC, sum(answered) DESC, client LIMIT @top;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM inbound);
