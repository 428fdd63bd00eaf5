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
-- What is rejected is left out, because the rule rejected-inside is about it, and so are the legs of NAT
-- gateways.  The bytes are those that the host inside sent; `flows` counts the records of both directions.
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
asked AS (
  SELECT p.rule, client AS src, server || ' ' || lower(protocol_name(protocol)) || '/' || server_port AS target, sum(records) AS flows,
         iif(count(client_bytes), CAST(total(client_bytes) AS INTEGER), NULL) AS bytes,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_connections(@logs, @on_error, @format) CROSS JOIN ports p ON p.port = server_port
   WHERE @logs <> '[]' AND server_port IN (SELECT port FROM ports) AND inside = 'inside' AND servers = 'servers'
     AND protocol IN (6, 17) AND NOT is_nat_leg
     AND state NOT IN ('rejected', 'one-sided')
     AND (direction = 'outbound' OR direction = 'external' AND client_interface_id IS NOT NULL AND server_interface_id IS NULL
          OR direction = 'internal' AND p.rule = 'dns-outside' AND ip_scope(server) = 'shared'
             AND (SELECT cidr FROM inside WHERE rowid = cidr_lookup('inside', 'cidr', server)) = '100.64.0.0/10')
     AND NOT EXISTS (SELECT 1 FROM trusted t WHERE (t.rule = p.rule OR t.rule IS NULL) AND cidr_match(server, t.cidr))
   GROUP BY p.rule, src, target HAVING min(first_seen) IS NOT NULL),
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
