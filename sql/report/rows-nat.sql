-- Which legs of NAT gateways are left out, because the same bytes are in the rows of the
-- instances?
DROP TABLE IF EXISTS temp.report_nat;
CREATE TEMP TABLE report_nat AS
SELECT client, count(*) AS connections, total(client_bytes) + total(server_bytes) AS bytes
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND inside = @inside AND is_nat_leg GROUP BY 1 ORDER BY bytes DESC, 1;
