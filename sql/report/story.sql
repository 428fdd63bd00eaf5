-- Which session from outside looks like an attacker's way in, and what followed? ../report.sql
-- reads this script, which prints nothing.
--
--   temp.report_way     sessions from outside on ports of administration and databases
--   temp.report_reach   the hosts that can be reached from there: whom the host of the session, or
--                       one reached from it, asked for such a port for the first time
--   temp.report_loot    what these hosts sent afterwards to addresses not asked before
--
-- The score of a way in is made of what the same source tried in vain, of what was reached, of
-- what left, and of the table indicators. Administrators have sessions, too, but tries in vain are
-- few. What follows theirs counts from @new_since on, because everything is new at first.
CREATE INDEX temp.report_next ON report_pairs (client) WHERE direction IN ('internal', 'outbound');
DROP TABLE IF EXISTS temp.report_way;
CREATE TEMP TABLE report_way AS
WITH port(port) AS MATERIALIZED (SELECT value FROM json_each(@admin_ports)
         UNION SELECT value FROM json_each(@database_ports)),
came AS (
  SELECT *, sum(n) OVER of AS tries, sum(n - sessions) OVER of AS vain FROM report_pairs
   WHERE direction = 'inbound' AND protocol = 6 AND port IN (SELECT port FROM port)
  WINDOW of AS (PARTITION BY client)),
listed AS (
  SELECT *, cidr_lookup('indicators', 'cidr', client) IS NOT NULL AS listed
    FROM came WHERE session IS NOT NULL)
SELECT row_number() OVER (ORDER BY listed DESC, vain DESC, received + sent DESC, client, server,
         port) AS way, client, server, port, session AS at, sessions, tries, vain, n, rejected,
       first, listed, iif(listed OR vain >= 20, 0, @new_since) AS new_from, 0 AS score
  FROM listed ORDER BY way LIMIT @top;
DROP TABLE IF EXISTS temp.report_reach;
CREATE TEMP TABLE report_reach AS
WITH RECURSIVE port(port) AS MATERIALIZED (SELECT value FROM json_each(@admin_ports)
         UNION SELECT value FROM json_each(@database_ports)),
reach(way, host, source, port, at, hops, new_from) AS (
  SELECT way, server, client, port, at, 0, new_from FROM report_way UNION
  SELECT r.way, p.server, p.client, p.port, p.first, hops + 1, new_from
    FROM reach r JOIN report_pairs p ON p.client = r.host AND p.direction = 'internal'
     AND p.protocol = 6 AND p.answered > 0 AND p.first BETWEEN r.at AND r.at + 86400
     AND p.first >= new_from AND p.port IN (SELECT port FROM port)
   WHERE hops < 4 ORDER BY 6 LIMIT 2000)
SELECT way, host, source, port, min(at) AS at, hops, new_from FROM reach GROUP BY way, host;
DROP TABLE IF EXISTS temp.report_loot;
CREATE TEMP TABLE report_loot AS
SELECT way, host AS src, p.server AS dst, p.protocol, p.port, p.sent AS bytes, p.first, p.last
  FROM report_reach r JOIN report_pairs p ON p.client = r.host AND p.direction = 'outbound'
 WHERE p.first >= r.at AND p.first >= new_from AND p.answered > 0 AND p.sent >= 1000000;
UPDATE report_way SET score = 3 * (vain >= 20) + (vain >= 100) + 2 * listed
  + 2 * EXISTS (SELECT 1 FROM report_reach r WHERE r.way = report_way.way AND hops > 0)
  + (SELECT ifnull(3 * (max(bytes) >= 1e8) + (max(bytes) >= 1e9), 0)
       FROM report_loot l WHERE l.way = report_way.way);
DELETE FROM report_way WHERE score < 3;
DELETE FROM report_reach WHERE way NOT IN (SELECT way FROM report_way);
DELETE FROM report_loot WHERE way NOT IN (SELECT way FROM report_way);
