-- Who are the peers of @host, which end asked, and how much did each send?
DROP TABLE IF EXISTS temp.report_host;
CREATE TEMP TABLE report_host AS
SELECT iif(asks, server, client) AS peer, asks, protocol, server_port AS port,
       count(*) AS connections, sum(rejected > 0) AS rejected,
       total(iif(asks, client_bytes, server_bytes)) AS sent,
       total(iif(asks, server_bytes, client_bytes)) AS received, min(first_seen) AS first,
       max(last_seen) AS last
  FROM (SELECT *, client = ip_text(@host) AS asks
    FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
     AND @host IS NOT NULL AND addr = ip_text(@host))
 WHERE NOT is_nat_leg GROUP BY 1, 2, 3, 4
 ORDER BY sent + received DESC, connections DESC, 1, 2, 3, 4 LIMIT @top;
