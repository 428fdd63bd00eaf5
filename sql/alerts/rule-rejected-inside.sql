-- rejected-inside: traffic that comes from inside the VPC and is rejected: someone tries what the rules forbid.  Never
-- what the internet knocks with, which is rejected all day.
--   MITRE ATT&CK T1046, Network Service Discovery
--
--   @logs   files, folder or pattern      @many   above so many targets of one source, they are one alert
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-rejected-inside.sql'
--
-- Left out are answers, which a network ACL may stop though the question was let in, and packets that come after a
-- connection has closed: where there are tcp-flags, everything of TCP but a SYN; else what goes from a service's port
-- to a high one.  ICMP to the outside may be an answer, too (the logs have no type); multicast is nobody's try.
-- A source is inside if its address is (see setup.sql), or if an interface sent it (flow-direction is egress).
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@many', 10);
.read sql/alerts/setup.sql

INSERT INTO found
WITH rejected AS (
  SELECT srcaddr, dstaddr, dstaddr || ' ' || lower(protocol_name(protocol)) || '/' || dstport AS target,
         sum(flows) AS flows, min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND action = 'REJECT'
     AND (cidr_lookup('inside', 'cidr', srcaddr) OR flow_direction = 'egress' AND interface_id IS NOT NULL)
     AND ip_scope(dstaddr) NOT IN ('multicast', 'broadcast')
     AND CASE WHEN protocol IN (1, 58) THEN cidr_lookup('inside', 'cidr', dstaddr)
              WHEN protocol = 6 AND tcp_flags IS NOT NULL THEN tcp_flags & 18 = 2
              ELSE NOT (srcport < 1024 AND port_name(srcport) IS NOT NULL AND dstport >= 1024
                        OR srcport < 32768 AND dstport >= 32768) END
   GROUP BY srcaddr, dstaddr, target),
counted AS (SELECT *, count(*) OVER (PARTITION BY srcaddr) AS targets FROM rejected)
SELECT 'rejected-inside', srcaddr || ' -> ' || iif(targets > @many, 'many', target) AS key,
       iif(targets > @many, 'high', 'medium'), 'T1046 Network Service Discovery',
       srcaddr || ' was rejected at ' || iif(targets > @many, targets || ' targets, the first ', '') || min(target),
       min(first_seen), max(last_seen), sum(flows), 0
  FROM counted GROUP BY key;

.read sql/alerts/show.sql
