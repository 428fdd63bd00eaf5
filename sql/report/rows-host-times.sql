-- When were these connections?
DROP TABLE IF EXISTS temp.report_host_times;
CREATE TEMP TABLE report_host_times AS
SELECT iif(client = ip_text(@host), server, client) AS peer, client = ip_text(@host) AS asks,
       protocol, server_port AS port,
       max(0, min((first_seen - @begin) / @step, @steps - 1)) AS n, count(*) AS connections,
       total(client_bytes) + total(server_bytes) AS bytes
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND @host IS NOT NULL AND addr = ip_text(@host) AND NOT is_nat_leg
   AND (peer, asks, protocol, server_port) IN (SELECT peer, asks, protocol, port FROM report_host)
 GROUP BY 1, 2, 3, 4, 5;
