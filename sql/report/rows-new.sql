-- Which services inside were asked for the first time by whom at @new_since or later? Ports of
-- administration and databases first.
DROP TABLE IF EXISTS temp.report_new;
CREATE TEMP TABLE report_new AS
SELECT client, server, protocol, port, n, rejected, answered, sent, received, first, last,
       protocol = 6 AND port IN (SELECT value FROM json_each(@admin_ports)
         UNION SELECT value FROM json_each(@database_ports)) AS sensitive
  FROM report_pairs WHERE direction = 'internal' AND first >= @new_since AND rejected < n
 ORDER BY sensitive DESC, answered > 0 DESC, sent + received DESC, client, server, port LIMIT @top;
