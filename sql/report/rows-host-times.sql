-- When were these connections?
DROP TABLE IF EXISTS temp.report_host_times;
CREATE TEMP TABLE report_host_times AS
SELECT iif(asks, server, client) AS peer, asks, protocol,
       iif((iif(asks, server, client), asks, protocol, server_port) IN (
         SELECT peer, asks, protocol, port FROM report_host), server_port, NULL) AS port,
       max(0, min((first_seen - @begin) / @step, @steps - 1)) AS n, count(*) AS connections,
       total(client_bytes) + total(server_bytes) AS bytes
  FROM (SELECT *, client IN (SELECT value FROM json_each(@addresses)) AS asks
          FROM flowlogs_connections(@logs, @on_error, @format)
         WHERE since = @since AND until = @until
           AND addr IN (SELECT value FROM json_each(@addresses)))
 WHERE NOT is_nat_leg
   AND (iif(asks, server, client), asks, protocol) IN (
         SELECT peer, asks, protocol FROM report_host)
 GROUP BY 1, 2, 3, 4, 5;
