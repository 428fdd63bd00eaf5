-- Which hosts may mine cryptocurrency: long outbound connections with little traffic to the ports
-- of mining pools?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @pool_ports        the ports of pools (the protocol Stratum), a JSON array; default: see
--                      below
--   @pool_seconds      the least length of a connection; default 1800
--   @pool_rate         the largest number of bytes a second, of both ends together; default 1000
--   @top                number of rows; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/mining-pools.sql'
--
-- A miner keeps a TCP connection for hours. The pool sends jobs, and the miner sends results, of
-- some hundred bytes, a few times a minute. `longest` is the number of seconds of the longest
-- connection, and `rate` the number of bytes a second. Several hosts with the same pool are a
-- sure sign.
--
-- What this does not find: miners that use other ports, such as 443 with TLS, or a proxy inside
-- (one host with many clients and one pool), and connections that the logs only have a short
-- piece of. A service of yours on one of these ports, which clients keep connections to, looks
-- the same. Where the logs have no tcp-flags, these ports count as those of servers.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@pool_seconds', 1800), ('@pool_rate', 1000), ('@pool_ports',
   '[3032, 3333, 3334, 3335, 3344, 4444, 5555, 5588, 5730, 7777, 9999, 10032, 10128, 13333, 14433,
     14444, 20128, 45560, 45700]');
SELECT 1 WHERE NOT flowlogs_require(iif(json_valid(@pool_ports), json_type(@pool_ports) = 'array'
   AND (SELECT count(*) = total(value = CAST(value AS INTEGER)) FROM json_each(@pool_ports)), 0),
  'flowlogs: @pool_ports must be a JSON array of ports: .parameter set @pool_ports ''[3333]''');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT client, server, server_port AS port, count(*) AS connections, max(seconds) AS longest,
       sum(client_bytes + server_bytes) / sum(seconds) AS rate, sum(client_bytes) AS sent,
       sum(server_bytes) AS received, datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND inside = @inside AND servers = @pool_ports AND direction = 'outbound' AND protocol = 6
   AND server_port IN (SELECT value FROM json_each(@pool_ports)) AND NOT is_nat_leg
   AND state IN ('established', 'closed', 'reset') AND seconds >= @pool_seconds
   AND ifnull(client_bytes + server_bytes, 0) <= @pool_rate * seconds
 GROUP BY client, server, server_port ORDER BY longest DESC, client, server, port LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
