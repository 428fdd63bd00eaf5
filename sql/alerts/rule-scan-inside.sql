-- scan-inside: who inside tries many ports of one host, or one port of many hosts, within an hour?
-- It does not matter whether the attempts were rejected or let in.
--   MITRE ATT&CK T1046, Network Service Discovery
--
--   @logs           files, a folder or a pattern
--   @window         the length of a window, in seconds
--   @scan_ports     as many ports of one host as this in a window are an alert
--   @scan_hosts     as many hosts with one port as this in a window are an alert
--   @scan_packets   an attempt that was let in has at most this many packets of the source, on average
--                   over the connections with the same source, target and port
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-scan-inside.sql'
--
-- An attempt is a connection, however many interfaces logged it, in the window in which it began.  Of
-- UDP only rejected ones count, because one packet is nothing unusual there.  A source has one alert.  A window begins every half of @window, so that what
-- fits into half a window is never divided.  The health checks of a load balancer may look like a
-- scan: mute their alert (see README.md).
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL),
  ('@window', 3600), ('@scan_ports', 20), ('@scan_hosts', 20), ('@scan_packets', 4);
.read sql/alerts/setup.sql

INSERT INTO found
WITH tries AS MATERIALIZED (
  SELECT client, server, lower(protocol_name(protocol)) || '/' || server_port AS service, first_seen / (@window / 2) AS half,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen, count(*) AS tried, sum(state = 'rejected') AS rejected
    FROM flowlogs_connections(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND inside = 'inside' AND servers = 'servers' AND protocol IN (6, 17) AND NOT is_nat_leg
     AND accepted + rejected > 0 AND (protocol = 6 AND state <> 'one-sided' OR state = 'rejected')
     AND (direction IN ('internal', 'outbound') OR direction = 'external' AND client_interface_id IS NOT NULL)
   GROUP BY client, server, protocol, server_port, half
  HAVING (sum(state = 'rejected') > 0 OR avg(client_packets) <= @scan_packets) AND service IS NOT NULL AND half IS NOT NULL),
windows AS MATERIALIZED (SELECT *, half - value AS window FROM tries, json_each('[0, 1]')
   WHERE @run IS NULL OR half - value IN (SELECT window FROM judged)),
scans AS (
  SELECT client, 'ports of ' || server AS what, count(DISTINCT service) AS n,
         count(DISTINCT service) || ' ports of ' || server AS told,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen, sum(tried) AS tried, sum(rejected) AS rejected
    FROM windows GROUP BY client, server, window HAVING n >= @scan_ports
  UNION ALL
  SELECT client, 'hosts with ' || service, count(DISTINCT server) AS n,
         service || ' of ' || count(DISTINCT server) || ' hosts',
         min(first_seen), max(last_seen), sum(tried), sum(rejected)
    FROM windows GROUP BY client, service, window HAVING n >= @scan_hosts)
SELECT 'scan-inside', client, 'high', 'T1046 Network Service Discovery',
       client || ' tried ' || told || more || ', ' || rejected || ' of ' || tried || ' tries rejected',
       since, until, tried, 1
  FROM (SELECT *, min(first_seen) OVER source AS since, max(last_seen) OVER source AS until,
               iif(min(what) OVER source = max(what) OVER source, '', ' and more') AS more,
               row_number() OVER (PARTITION BY client ORDER BY n DESC, tried DESC, first_seen, what) AS place
          FROM scans WINDOW source AS (PARTITION BY client))
 WHERE place = 1;

.read sql/alerts/show.sql
