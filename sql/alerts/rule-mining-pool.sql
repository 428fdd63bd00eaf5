-- mining-pool: who inside mines cryptocurrency?  That is: a long connection with little traffic to
-- a port of mining pools outside.
--   MITRE ATT&CK T1496, Resource Hijacking
--
--   @logs           files, a folder or a pattern
--   @window         the length of a window, in seconds: files around new ones, as far as this, are
--                   read
--   @pool_ports     the ports of pools (the protocol Stratum), a JSON array
--   @pool_seconds   the least length of a connection; less than @window
--   @pool_rate      the largest number of bytes a second, of both ends together
--   The table trusted lists addresses with which this is allowed: see setup.sql.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-mining-pool.sql'
--
-- A miner keeps a connection for hours, in which the pool sends jobs and the miner results.  Miners
-- that use other ports, such as 443 with TLS, or a proxy inside, are not found.  A service of yours
-- on one of these ports, which clients keep connections to, looks the same: put it into trusted.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@pool_seconds', 1800), ('@pool_rate', 1000), ('@pool_ports',
   '[3032, 3333, 3334, 3335, 3344, 4444, 5555, 5588, 5730, 7777, 9999, 10032, 10128, 13333, 14433,'
   || ' 14444, 20128, 45560, 45700]');
.read sql/alerts/setup.sql

INSERT INTO found
WITH long AS (
  SELECT client, server || ' tcp/' || server_port AS target, records, seconds, first_seen,
         last_seen
    FROM flowlogs_connections(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND inside = 'inside' AND servers = @pool_ports AND protocol = 6
     AND NOT is_nat_leg AND server_port IN (SELECT value FROM json_each(@pool_ports))
     AND state IN ('established', 'closed', 'reset')
     AND (direction = 'outbound' OR direction = 'external' AND client_interface_id IS NOT NULL
                                    AND server_interface_id IS NULL)
     AND seconds >= @pool_seconds
     AND ifnull(client_bytes + server_bytes, 0) <= @pool_rate * seconds
     AND 'mining-pool' NOT IN (
           SELECT ifnull(rule, 'mining-pool') FROM trusted WHERE cidr_match(server, cidr)))
SELECT 'mining-pool', client || ' -> ' || target, 'high', 'T1496 Resource Hijacking',
       client || ' kept a connection with ' || target || ', a port of mining pools, for '
       || max(seconds) / 60 || ' minutes', min(first_seen), max(last_seen), sum(records), 1
  FROM long WHERE @run IS NULL OR EXISTS (SELECT 1 FROM judged
         WHERE window BETWEEN last_seen / (@window / 2) - 1 AND last_seen / (@window / 2))
 GROUP BY client, target;
.read sql/alerts/show.sql
