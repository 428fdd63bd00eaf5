-- Which addresses inside sent most to which outside? `asked` is the part that they sent as
-- clients; the rest are answers. `port` is NULL where there are several.
DROP TABLE IF EXISTS temp.report_left;
CREATE TEMP TABLE report_left AS
SELECT iif(direction = 'outbound', client, server) AS src,
       iif(direction = 'outbound', server, client) AS dst, max(protocol) AS protocol,
       iif(min(port) IS max(port), min(port), NULL) AS port, sum(n) AS connections,
       total(iif(direction = 'outbound', sent, received)) AS bytes,
       total(iif(direction = 'outbound', sent, 0)) AS asked, min(first) AS first, max(last) AS last
  FROM report_pairs WHERE direction IN ('inbound', 'outbound')
 GROUP BY 1, 2 HAVING bytes > 0 ORDER BY bytes DESC, 1, 2 LIMIT @top;
