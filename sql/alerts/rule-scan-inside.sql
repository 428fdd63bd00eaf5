-- scan-inside: who inside tries many ports of one host, or one port of many hosts, within an hour?
-- It does not matter whether the attempts were rejected or let in.
--   MITRE ATT&CK T1046, Network Service Discovery
--
--   @logs           files, a folder or a pattern
--   @window         the length of a window, in seconds
--   @scan_ports     as many ports of one host as this in a window are an alert
--   @scan_hosts     as many hosts with one port as this in a window are an alert
--   @scan_packets   an attempt that was let in has at most this many packets a record, on average
--                   over the records with the same source, target and port
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-scan-inside.sql'
--
-- An attempt is a SYN where the logs have tcp-flags; elsewhere it is whatever does not go from a
-- server's port to a high one.  Of UDP only rejected records count, because one packet is nothing
-- unusual there.  A source has one alert.  A window begins every half of @window, so that what
-- fits into half a window is never divided.  The health checks of a load balancer may look like a
-- scan: mute their alert (see README.md).
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL),
  ('@window', 3600), ('@scan_ports', 20), ('@scan_hosts', 20), ('@scan_packets', 4);
.read sql/alerts/setup.sql

INSERT INTO found
WITH tries AS MATERIALIZED (
  SELECT coalesce(pkt_srcaddr, srcaddr) AS srcaddr, dstaddr,
         lower(protocol_name(protocol)) || '/' || dstport AS service, start / (@window / 2) AS half,
         min(start) AS first_seen, max("end") AS last_seen, count(*) AS flows, sum(action = 'REJECT') AS rejected
    FROM flowlogs(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND protocol IN (6, 17) AND action IS NOT NULL AND (protocol = 6 OR action = 'REJECT')
     AND protocol IS NOT NULL                                           -- a field that logs may lack
     AND (cidr_lookup('inside', 'cidr', coalesce(pkt_srcaddr, srcaddr))
          OR flow_direction = 'egress' AND interface_id IS NOT NULL AND coalesce(pkt_srcaddr, srcaddr) = srcaddr)
     AND CASE WHEN protocol = 6 AND tcp_flags IS NOT NULL THEN tcp_flags & 18 = 2
              ELSE coalesce(NOT ((srcport < 1024 AND port_name(srcport) IS NOT NULL
                                  OR srcport IN (SELECT port FROM servers))
                                 AND dstport >= 1024 OR srcport < 32768 AND dstport >= 32768), 1) END
   GROUP BY 1, dstaddr, protocol, dstport, half
  HAVING (rejected > 0 OR avg(packets) <= @scan_packets)
     AND coalesce(pkt_srcaddr, srcaddr) || dstaddr || service IS NOT NULL AND min(start) + max("end") IS NOT NULL),
windows AS MATERIALIZED (SELECT *, half - value AS window FROM tries, json_each('[0, 1]')
   WHERE @run IS NULL OR half - value IN (SELECT window FROM judged)),
scans AS (
  SELECT srcaddr, 'ports of ' || dstaddr AS what, count(DISTINCT service) AS n,
         count(DISTINCT service) || ' ports of ' || dstaddr AS told,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen, sum(flows) AS flows, sum(rejected) AS rejected
    FROM windows GROUP BY srcaddr, dstaddr, window HAVING n >= @scan_ports
  UNION ALL
  SELECT srcaddr, 'hosts with ' || service, count(DISTINCT dstaddr) AS n,
         service || ' of ' || count(DISTINCT dstaddr) || ' hosts',
         min(first_seen), max(last_seen), sum(flows), sum(rejected)
    FROM windows GROUP BY srcaddr, service, window HAVING n >= @scan_hosts)
SELECT 'scan-inside', srcaddr, 'high', 'T1046 Network Service Discovery',
       srcaddr || ' tried ' || told || more || ', ' || rejected || ' of ' || flows || ' flows rejected',
       since, until, flows, 1
  FROM (SELECT *, min(first_seen) OVER source AS since, max(last_seen) OVER source AS until,
               iif(min(what) OVER source = max(what) OVER source, '', ' and more') AS more,
               row_number() OVER (PARTITION BY srcaddr ORDER BY n DESC, flows DESC, first_seen, what) AS place
          FROM scans WINDOW source AS (PARTITION BY srcaddr))
 WHERE place = 1;

.read sql/alerts/show.sql
