-- How much goes from subnet to subnet inside? A new pair of addresses met at @new_since or later.
DROP TABLE IF EXISTS temp.report_matrix;
CREATE TEMP TABLE report_matrix AS
SELECT ip_prefix(client, iif(ip_family(client) = 4, @bits, 64)) AS source,
       ip_prefix(server, iif(ip_family(server) = 4, @bits, 64)) AS target,
       count(DISTINCT client || ' ' || server) AS pairs, sum(n) AS connections,
       sum(rejected) AS rejected, total(sent + received) AS bytes, sum(first >= @new_since) AS new
  FROM report_pairs WHERE direction = 'internal' GROUP BY 1, 2 ORDER BY 1, 2;
