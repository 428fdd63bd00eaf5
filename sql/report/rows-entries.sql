-- Who came from outside to a port of administration or of a database? Those with sessions first,
-- by server and port; what a source tried in vain is one row, with the number of servers and
-- ports.
DROP TABLE IF EXISTS temp.report_entries;
CREATE TEMP TABLE report_entries AS
SELECT client, iif(sessions, server, NULL) AS server, iif(sessions, port, NULL) AS port,
       sum(n) AS tries, sum(rejected) AS rejected, sum(sessions) AS sessions,
       total(sent + received) AS bytes, min(first) AS first, max(last) AS last,
       count(DISTINCT server) AS servers, count(DISTINCT port) AS ports, min(server) AS one_server,
       min(port) AS one_port
  FROM report_pairs
 WHERE direction = 'inbound' AND protocol = 6 AND port IN (
       SELECT value FROM json_each(@admin_ports)
       UNION SELECT value FROM json_each(@database_ports))
 GROUP BY 1, 2, 3
 ORDER BY sum(sessions) > 0 DESC, tries DESC, bytes DESC, 1, 2, 3 LIMIT @top;
