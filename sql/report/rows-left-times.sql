-- When was this sent? The bytes of a connection from step `a` to step `b`.
DROP TABLE IF EXISTS temp.report_left_times;
CREATE TEMP TABLE report_left_times AS
SELECT iif(direction = 'outbound', client, server) AS src,
       iif(direction = 'outbound', server, client) AS dst,
       (max(first_seen, @begin) - @begin) / @step AS a,
       min(max(last_seen - @begin, first_seen - @begin, 0) / @step, @steps - 1) AS b,
       total(iif(direction = 'outbound', client_bytes, server_bytes)) AS bytes
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND inside = @inside AND NOT is_nat_leg AND accepted IS NOT 0
   AND direction IN ('inbound', 'outbound') AND addr IN (SELECT dst FROM report_left)
   AND (src, dst) IN (SELECT src, dst FROM report_left) GROUP BY 1, 2, 3, 4;
