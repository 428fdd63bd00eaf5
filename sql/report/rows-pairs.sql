-- Who asked whom for which service? Each byte counts once, and what a NAT gateway sends on is left
-- out. A session is an answered connection of at least @entry_bytes bytes.
DROP TABLE IF EXISTS temp.report_pairs;
CREATE TEMP TABLE report_pairs AS
SELECT client, server, protocol, server_port AS port, direction, count(*) AS n,
       sum(state = 'rejected') AS rejected,
       sum(state IN ('established', 'closed', 'reset')) AS answered,
       total(client_bytes) FILTER (WHERE accepted IS NOT 0) AS sent,
       total(server_bytes) FILTER (WHERE accepted IS NOT 0) AS received,
       min(first_seen) AS first, max(last_seen) AS last,
       sum(state IN ('established', 'closed', 'reset')
           AND client_bytes + server_bytes >= @entry_bytes) AS sessions,
       min(first_seen) FILTER (WHERE state IN ('established', 'closed', 'reset')
           AND client_bytes + server_bytes >= @entry_bytes) AS session
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND inside = @inside AND NOT is_nat_leg GROUP BY 1, 2, 3, 4, together;
