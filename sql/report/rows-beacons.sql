-- Who calls the same place at regular intervals with requests of the same size? See beaconing.sql
-- in sql/investigate.
DROP TABLE IF EXISTS temp.report_beacons;
CREATE TEMP TABLE report_beacons AS
WITH contact AS (SELECT client, server, server_port AS port, client_port, client_bytes, protocol,
    first_seen, first_seen - lag(first_seen) OVER (PARTITION BY client, server, protocol,
      server_port ORDER BY first_seen, client_port) AS gap
    FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND inside = @inside AND idle = 60 AND NOT is_nat_leg AND state <> 'rejected'
), ranked AS (SELECT *, percent_rank() OVER (pair ORDER BY gap) AS g,
    percent_rank() OVER (pair ORDER BY client_bytes) AS s FROM contact WHERE gap >= @every
  WINDOW pair AS (PARTITION BY client, server, protocol, port)
), median AS (SELECT *, max(iif(g <= .5, gap, NULL)) OVER pair AS every,
    max(iif(s <= .5, client_bytes, NULL)) OVER pair AS size FROM ranked
  WINDOW pair AS (PARTITION BY client, server, protocol, port))
SELECT client, server, protocol, port, count(*) + 1 AS contacts,
       count(DISTINCT client_port) AS ports, every, size,
       100 * sum(100 * abs(gap - every) <= @jitter * every) / count(*) AS regular,
       100 * sum(100 * abs(client_bytes - size) <= @jitter * size) / count(*) AS alike
  FROM median GROUP BY 1, 2, 3, 4 HAVING contacts >= @contacts
   AND regular >= @regular AND ifnull(size <= @size AND alike >= @regular, 1)
 ORDER BY is_inside(server, @inside), ports < 2, regular DESC, contacts DESC, 1, 2, 4 LIMIT @top;
