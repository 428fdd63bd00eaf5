-- Who are the peers of the host with these @addresses, which end asked, and how much did each
-- send? A peer with more than three ports is one row, with the number of ports.
DROP TABLE IF EXISTS temp.report_host;
CREATE TEMP TABLE report_host AS
WITH service AS (
  SELECT iif(asks, server, client) AS peer, asks, protocol, server_port AS port, count(*) AS n,
         sum(rejected > 0) AS rejected, total(iif(asks, client_bytes, server_bytes)) AS sent,
         total(iif(asks, server_bytes, client_bytes)) AS received, min(first_seen) AS first,
         max(last_seen) AS last
    FROM (SELECT *, client IN (SELECT value FROM json_each(@addresses)) AS asks
            FROM flowlogs_connections(@logs, @on_error, @format)
           WHERE since = @since AND until = @until
             AND addr IN (SELECT value FROM json_each(@addresses)))
   WHERE NOT is_nat_leg GROUP BY 1, 2, 3, 4),
counted AS (SELECT *, count(*) OVER (PARTITION BY peer, asks, protocol) AS ports FROM service)
SELECT peer, asks, protocol, iif(ports > 3, NULL, port) AS port, count(*) AS ports,
       sum(n) AS connections, sum(rejected) AS rejected, total(sent) AS sent,
       total(received) AS received, min(first) AS first, max(last) AS last
  FROM counted GROUP BY 1, 2, 3, 4
 ORDER BY total(sent) + total(received) DESC, connections DESC, 1, 2, 3, 4 LIMIT @top;
