-- When were they lost? `n` is the column of the picture.
DROP TABLE IF EXISTS temp.report_lost_times;
CREATE TEMP TABLE report_lost_times AS
SELECT coalesce(interface_id, tgw_attachment_id) AS interface,
       max(0, min((unixepoch(minute) - @begin) / @step, @steps - 1)) AS n, sum(flows) AS skipdata
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND log_status = 'SKIPDATA' AND log_status IS NOT NULL GROUP BY 1, 2 HAVING n IS NOT NULL;
