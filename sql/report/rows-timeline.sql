-- How many bytes came in and went out in each step of time? Each byte counts once, and the bytes
-- of a connection are spread evenly over the steps from its first record to its last.
DROP TABLE IF EXISTS temp.report_timeline;
CREATE TEMP TABLE report_timeline AS
WITH RECURSIVE step(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step WHERE n + 1 < @steps),
span AS (
  SELECT direction, (max(first_seen, @begin) - @begin) / @step AS a,
         min(max(last_seen - @begin, first_seen - @begin, 0) / @step, @steps - 1) AS b,
         total(client_bytes) AS asked, total(server_bytes) AS answered
    FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
     AND inside = @inside AND NOT is_nat_leg AND accepted IS NOT 0 GROUP BY 1, 2, 3),
rejects AS (
  SELECT (at - @begin) / @step AS n, sum(records) AS records
    FROM report_minutes WHERE action = 'REJECT' GROUP BY 1)
SELECT n, @begin + n * @step AS at,
       total(iif(direction = 'inbound', asked, iif(direction = 'outbound', answered, 0))
             / (b - a + 1)) AS came_in,
       total(iif(direction = 'inbound', answered, iif(direction = 'outbound', asked, 0))
             / (b - a + 1)) AS went_out,
       total(iif(direction = 'internal', asked + answered, 0) / (b - a + 1)) AS stayed,
       ifnull((SELECT records FROM rejects WHERE rejects.n = step.n), 0) AS rejected
  FROM step LEFT JOIN span ON n BETWEEN a AND b GROUP BY n;
