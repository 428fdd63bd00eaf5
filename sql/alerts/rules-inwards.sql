-- Which ports that should be closed to the outside are reached from there?  This script is the
-- body of the rules remote-access and database-exposed, which differ only in their ports.
-- `inwards` below has a row for each rule; a new row makes a new rule.
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
-- medium severity, and each source that has a session is another alert, of high severity: see
-- open.sql.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@session_bytes', 5000);
.read sql/alerts/setup.sql

INSERT INTO came
WITH inwards(rule, ports, technique) AS (VALUES
  ('remote-access', '[22, 23, 3389, 5900, 5985, 5986]', 'T1133 External Remote Services'),
  ('database-exposed', '[1433, 1521, 2375, 2379, 2380, 3306, 5432, 5984, 6379, 9200, 9300, '
   || '10250, 11211, 27017]', 'T1190 Exploit Public-Facing Application')),
ports AS MATERIALIZED (
  SELECT i.*, value AS port FROM inwards i, json_each(ports) WHERE rule = ifnull(@rule, rule))
SELECT rule, client, target, technique, port_name(port, 6),
       max(bytes * points > @session_bytes * records), total(bytes), sum(records),
       min(first_seen) AS since, max(last_seen)
  FROM joined CROSS JOIN ports ON port = server_port
 WHERE server_port IN (SELECT port FROM ports) AND protocol = 6 AND comes_in AND accepted > 0
   AND state NOT IN ('rejected', 'refused', 'one-sided')
 GROUP BY rule, client, target HAVING since IS NOT NULL;
.read sql/alerts/open.sql
.read sql/alerts/show.sql
