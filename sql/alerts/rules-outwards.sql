-- Which hosts inside talk to outside addresses on ports that should only be used within your
-- networks?  This script is the body of the rules dns-outside and smb-outside, which differ only in
-- their ports and words.  The table temp.outwards below has a row for each rule; a new row makes a
-- new rule.
--
--   @logs    files, a folder or a pattern
--   @many    a source with more targets than this has one alert for all of them
--   @rule    the name of one of the rules; NULL stands for all of them
--   The table trusted lists the addresses that may be talked to: see setup.sql.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rules-outwards.sql'
--
-- For dns-outside, a server in 100.64.0.0/10 is outside, although the table inside has this network
-- by default: see setup.sql.
--
-- Rejected records are left out, because the rule rejected-inside is about them.  A NAT gateway
-- or a proxy is left out where the logs show that another address inside sent it the same
-- traffic, and what several interfaces logged counts once, where the logs have pkt_srcaddr and
-- pkt_dstaddr.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@many', 10);
.read sql/alerts/setup.sql

DROP TABLE IF EXISTS temp.outwards;
CREATE TEMP TABLE outwards (
  rule TEXT, ports TEXT, severity TEXT, technique TEXT,
  did TEXT);                    -- the words of the title between the source and the target
INSERT INTO outwards VALUES
  ('dns-outside', '[53, 853]', 'medium', 'T1071.004 Application Layer Protocol: DNS', 'asked'),
  ('smb-outside', '[135, 137, 138, 139, 445]', 'high', 'T1187 Forced Authentication',
   'spoke file sharing or RPC with');

INSERT INTO found
WITH ports AS MATERIALIZED (
  SELECT rule, value AS port FROM outwards, json_each(ports) WHERE @rule IS NULL OR rule = @rule),
seen AS MATERIALIZED (          -- hop: where the interface sent it, which may be a NAT gateway
  SELECT coalesce(pkt_srcaddr, srcaddr) AS src, dstaddr AS hop, coalesce(pkt_dstaddr, dstaddr) AS dst, dstport,
         lower(protocol_name(protocol)) || '/' || dstport AS service,
         coalesce(interface_id, tgw_attachment_id, resource_id) AS point,
         sum(flows) AS flows, iif(count(bytes), CAST(total(bytes) AS INTEGER), NULL) AS bytes,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND action IS NOT 'REJECT' AND dstport IN (SELECT port FROM ports) AND protocol IN (6, 17)
     AND dstport IS NOT NULL AND protocol IS NOT NULL                                   -- fields that logs may lack
     AND (cidr_lookup('inside', 'cidr', coalesce(pkt_srcaddr, srcaddr))
          OR flow_direction = 'egress' AND interface_id IS NOT NULL)
   GROUP BY 1, 2, 3, 4, 5, 6
  HAVING src || dst IS NOT NULL AND min(first_seen) + max(last_seen) IS NOT NULL),
logged AS (
  SELECT p.rule, src, dst || ' ' || service AS target, sum(flows) AS flows,
         iif(count(bytes), CAST(total(bytes) AS INTEGER), NULL) AS bytes,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM seen s JOIN ports p ON p.port = s.dstport
   WHERE (cidr_lookup('inside', 'cidr', dst) IS NULL
          OR p.rule = 'dns-outside' AND ip_scope(dst) = 'shared'
             AND (SELECT cidr FROM inside WHERE rowid = cidr_lookup('inside', 'cidr', s.dst)) = '100.64.0.0/10')
     AND NOT EXISTS (
       SELECT 1 FROM trusted t WHERE (t.rule = p.rule OR t.rule IS NULL) AND cidr_match(s.dst, t.cidr))
     AND NOT EXISTS (           -- the source only passes on what another address sends to it
       SELECT 1 FROM seen leg JOIN seen origin ON origin.src = leg.src AND origin.service = leg.service
        WHERE leg.hop = s.src AND leg.src <> s.src AND leg.service = s.service AND origin.dst = s.dst)
   GROUP BY p.rule, src, target, point),
asked AS (                      -- of several interfaces that logged the same packets, the one that logged most counts
  SELECT rule, src, target, max(flows) AS flows, max(bytes) AS bytes,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM logged GROUP BY rule, src, target),
counted AS (                    -- targets: also those of earlier runs that have alerts
  SELECT a.*, first_value(a.target) OVER (of_src ORDER BY first_seen, a.target) AS first,
         sum(k.n IS NULL) OVER of_src
         + coalesce((SELECT sum(n) FROM known WHERE rule = a.rule AND source = src), 0) AS targets
    FROM asked a LEFT JOIN known k ON k.rule = a.rule AND k.source = src AND k.target = a.target
  WINDOW of_src AS (PARTITION BY a.rule, src))
SELECT c.rule, src || ' -> ' || iif(targets > @many, 'many', target) AS key, o.severity, o.technique,
       src || ' ' || o.did || ' '
       || CASE WHEN targets <= @many THEN target
               ELSE 'more than ' || @many || ' addresses, one of them ' || first END
       || iif(count(bytes), ', ' || CAST(total(bytes) AS INTEGER) || ' bytes', ''),
       min(first_seen), max(last_seen), sum(flows), 0
  FROM counted c JOIN outwards o ON o.rule = c.rule GROUP BY c.rule, key;

.read sql/alerts/show.sql
