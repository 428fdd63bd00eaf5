-- On which interfaces were records lost (SKIPDATA)?
DROP TABLE IF EXISTS temp.report_lost;
CREATE TEMP TABLE report_lost AS
SELECT coalesce(interface_id, tgw_attachment_id) AS interface, sum(flows) AS skipdata,
       min(first_seen) AS first, max(last_seen) AS last
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND log_status = 'SKIPDATA' AND log_status IS NOT NULL
 GROUP BY 1 ORDER BY skipdata DESC, 1;
