-- How many records are there in each minute, by status and action?
DROP TABLE IF EXISTS temp.report_minutes;
CREATE TEMP TABLE report_minutes AS
SELECT unixepoch(minute) AS at, log_status AS status, action, sum(flows) AS records
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
 GROUP BY 1, 2, 3 HAVING at IS NOT NULL;
