-- Which ports that should be closed to the outside are reached from there?  This script is the
-- body of the rules remote-access and database-exposed, which differ only in their ports.  The
-- table temp.inwards below has a row for each rule; a new row makes a new rule.
--
--   @logs            files, a folder or a pattern
--   @session_bytes   a connection with more bytes per record than this is a session; a refused or
--                    guessed password needs fewer
--   @many            more sessions than this with one port are one alert
--   @rule            the name of one of the rules; NULL stands for all of them
--   The table trusted lists the addresses that may come from outside: see setup.sql.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rules-inwards.sql'
--
-- An open port has a new visitor every few minutes.  For this reason an open port is one alert of
-- medium severity, and each source that has a session is another alert, of high severity.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@many', 10), ('@session_bytes', 5000);
.read sql/alerts/setup.sql

DROP TABLE IF EXISTS temp.inwards;
CREATE TEMP TABLE inwards (rule TEXT, ports TEXT, technique TEXT);
INSERT INTO inwards VALUES
  ('remote-access', '[22, 23, 3389, 5900, 5985, 5986]', 'T1133 External Remote Services'),
  ('database-exposed', '[1433, 1521, 2375, 2379, 2380, 3306, 5432, 5984, 6379, 9200, 9300, 10250, 11211, 27017]',
   'T1190 Exploit Public-Facing Application');

INSERT INTO found
WITH ports AS MATERIALIZED (
  SELECT rule, value AS port FROM inwards, json_each(ports) WHERE @rule IS NULL OR rule = @rule),
accepted AS (                   -- client_interface_id: a client in a network that `inside` lacks, but of yours
  SELECT p.rule, client, server || ' tcp/' || server_port AS target, port_name(server_port, 6) AS service,
         max((ifnull(client_bytes, 0) + ifnull(server_bytes, 0)) * points > @session_bytes * records) AS session,
         sum(records) AS flows, CAST(total(client_bytes) + total(server_bytes) AS INTEGER) AS bytes,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_connections(@logs, @on_error, @format) CROSS JOIN ports p ON p.port = server_port
   WHERE @logs <> '[]' AND server_port IN (SELECT port FROM ports) AND inside = 'inside' AND servers = 'servers' AND protocol = 6 AND NOT is_nat_leg
     AND NOT (role_from = 'one-way' AND client_port < 1024)     -- an answer itself, whose question is not logged
     AND accepted > 0 AND state NOT IN ('rejected', 'refused', 'one-sided')
     AND (direction = 'inbound' OR direction = 'external' AND server_interface_id IS NOT NULL AND client_interface_id IS NULL)
     AND NOT EXISTS (SELECT 1 FROM trusted t WHERE (t.rule = p.rule OR t.rule IS NULL) AND cidr_match(client, t.cidr))
   GROUP BY p.rule, client, target HAVING min(first_seen) IS NOT NULL),
told AS (SELECT *, sum(session) OVER (PARTITION BY rule, target) > @many AS crowd FROM accepted),
keyed AS (SELECT *, iif(session AND NOT crowd, client, 'outside') || ' -> ' || target AS key FROM told)
SELECT k.rule, key, iif(max(session), 'high', 'medium'), i.technique,
       iif(session AND NOT crowd, client || ': session with ' || target || ', ' || CAST(total(bytes) AS INTEGER) || ' bytes',
           target || ' (' || coalesce(service, 'unnamed') || ') is open to the outside: ' || first || ' came'),
       min(first_seen), max(last_seen), sum(flows), 0
  FROM (SELECT *, first_value(client) OVER (PARTITION BY rule, key ORDER BY first_seen, client) AS first FROM keyed) k
  JOIN inwards i ON i.rule = k.rule
 GROUP BY k.rule, key;

.read sql/alerts/show.sql
