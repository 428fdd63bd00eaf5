-- scan-inside: who inside tries many ports of one host, or one port of many hosts, within an hour?
-- It does not matter whether the attempts were rejected or let in.
--   MITRE ATT&CK T1046, Network Service Discovery
--
--   @logs           files, a folder or a pattern
--   @window         the length of a window, in seconds
--   @scan_ports     as many ports of one host as this in a window are an alert
--   @scan_hosts     as many hosts with one port as this in a window are an alert
--   @scan_packets   an attempt that was let in has at most this many packets of the source, on
--                   average over the connections with the same source, target and port
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-scan-inside.sql'
--
-- An attempt is a connection, however many interfaces logged it, in the window in which it began.
-- Of UDP only rejected ones count, because one packet is nothing unusual there.  A source has one
-- alert.  The health checks of a load balancer may look like a scan: mute their alert (see
-- README.md).
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'),
  ('@scan_ports', 20), ('@scan_hosts', 20), ('@scan_packets', 4);
.read sql/alerts/setup.sql

INSERT INTO windows
WITH tries AS MATERIALIZED (
  SELECT client, server, lower(protocol_name(protocol)) || '/' || server_port AS service,
         first_seen / (@window / 2) AS half, min(first_seen) AS since, max(last_seen) AS until,
         count(*) AS tried, sum(state = 'rejected') AS rejected FROM joined
   WHERE protocol IN (6, 17) AND (protocol = 6 AND state <> 'one-sided' OR state = 'rejected')
     AND accepted IS NOT NULL AND (direction IN ('internal', 'outbound')
           OR direction = 'external' AND client_interface_id IS NOT NULL)
   GROUP BY client, server, protocol, server_port, half
  HAVING (rejected > 0 OR avg(client_packets) <= @scan_packets) AND service || half IS NOT NULL),
scans AS (                      -- of: the host with so many ports, or the port of so many hosts
  SELECT client, half - w.value AS window, hosts.value AS hosts,
         iif(hosts.value, service, server) AS of, min(since) AS since, max(until) AS until,
         count(DISTINCT iif(hosts.value, server, service)) AS n, sum(tried) AS tried,
         sum(rejected) AS rejected FROM tries, json_each('[0, 1]') w, json_each('[0, 1]') hosts
   WHERE @run IS NULL OR half - w.value IN (SELECT window FROM judged)
   GROUP BY 1, 2, 3, 4 HAVING n >= iif(hosts, @scan_hosts, @scan_ports))
SELECT 'scan-inside', client, NULL, 'high', 'T1046 Network Service Discovery',
       client || ' tried ' || iif(hosts, of || ' of ' || n || ' hosts', n || ' ports of ' || of)
       || iif(min(hosts || of) OVER source = max(hosts || of) OVER source, '', ' and more')
       || ', ' || rejected || ' of ' || tried || ' tries rejected', since, until, tried, window
  FROM scans WINDOW source AS (PARTITION BY client)
 ORDER BY n DESC, tried DESC, since, hosts DESC, of;
.read sql/alerts/windows.sql
.read sql/alerts/show.sql
