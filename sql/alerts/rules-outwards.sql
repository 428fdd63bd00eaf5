-- Which hosts inside talk to outside addresses on ports that should only be used within your
-- networks?  This script is the body of the rules dns-outside and smb-outside, which differ only
-- in their ports and words.  `outwards` below has a row for each rule; a new row makes a new rule.
--
--   @logs    files, a folder or a pattern
--   @many    a source with more targets than this has one alert for all of them
--   @rule    the name of one of the rules; NULL stands for all of them
--   The table trusted lists the addresses that may be talked to: see setup.sql.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rules-outwards.sql'
--
-- For dns-outside, a server in 100.64.0.0/10 is outside, although the table inside has this
-- network by default: see setup.sql.
--
-- What is rejected is left out, because the rule rejected-inside is about it, and so are the legs
-- of NAT gateways.  The bytes are those that the host inside sent; `flows` counts the records of
-- both directions.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
.read sql/alerts/setup.sql

INSERT INTO tried
WITH outwards(rule, ports, severity, technique, did) AS (VALUES
  ('dns-outside', '[53, 853]', 'medium', 'T1071.004 Application Layer Protocol: DNS', 'asked'),
  ('smb-outside', '[135, 137, 138, 139, 445]', 'high', 'T1187 Forced Authentication',
   'spoke file sharing or RPC with')),
ports AS MATERIALIZED (SELECT o.*, value AS port FROM outwards o, json_each(ports)
   WHERE rule = ifnull(@rule, rule))
SELECT p.rule, client, target, server, severity, technique, did, severity, 'addresses',
       sum(records), iif(count(client_bytes), CAST(total(client_bytes) AS INTEGER), NULL),
       min(first_seen) AS since, max(last_seen)
  FROM joined CROSS JOIN ports p ON port = server_port
 WHERE server_port IN (SELECT port FROM ports) AND protocol IN (6, 17)
   AND state NOT IN ('rejected', 'one-sided')
   AND (goes_out OR direction = 'internal' AND p.rule = 'dns-outside'
          AND ip_scope(server) = 'shared' AND (SELECT cidr FROM inside
            WHERE rowid = cidr_lookup('inside', 'cidr', server)) = '100.64.0.0/10')
 GROUP BY p.rule, client, target HAVING since IS NOT NULL;
.read sql/alerts/many.sql
.read sql/alerts/show.sql
