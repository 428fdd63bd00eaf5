-- When were these tries and sessions?
DROP TABLE IF EXISTS temp.report_entry_times;
CREATE TEMP TABLE report_entry_times AS
SELECT client, iif((client, server, server_port) IN (SELECT client, server, port
         FROM report_entries WHERE sessions > 0), server, NULL) AS server,
       iif((client, server, server_port) IN (SELECT client, server, port
         FROM report_entries WHERE sessions > 0), server_port, NULL) AS port,
       max(0, min((first_seen - @begin) / @step, @steps - 1)) AS n, count(*) AS tries,
       sum(state IN ('established', 'closed', 'reset')
           AND client_bytes + server_bytes >= @entry_bytes) AS sessions
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND inside = @inside AND NOT is_nat_leg AND direction = 'inbound' AND protocol = 6
   AND client IN (SELECT client FROM report_entries) AND server_port IN (
       SELECT value FROM json_each(@admin_ports)
       UNION SELECT value FROM json_each(@database_ports))
 GROUP BY 1, 2, 3, 4;
