-- The matrix of the networks: at most 12 of them, those with new pairs or most bytes.
-- draw-inside.sql reads this script, which prints nothing.
DROP TABLE IF EXISTS temp.report_subnet;
CREATE TEMP TABLE report_subnet (place INTEGER PRIMARY KEY, net TEXT, name TEXT,
  html TEXT AS (replace(replace(replace(printable(substr(name, 1, 200)), '&', '&amp;'),
                                '<', '&lt;'), '>', '&gt;')),
  y INTEGER AS (26 + 30 * (place - 1)), x INTEGER AS (200 + 44 * (place - 1)));
INSERT INTO report_subnet (place, net, name)
SELECT row_number() OVER (ORDER BY ip_blob(ip)), net, (
         SELECT ifnull(name, subnet_id) FROM subnets
          WHERE rowid = cidr_lookup('subnets', 'cidr', ip))
  FROM (SELECT net, substr(net, 1, instr(net, '/') - 1) AS ip
          FROM (SELECT source AS net, bytes, new FROM report_matrix UNION ALL
                SELECT target, bytes, new FROM report_matrix)
         GROUP BY net ORDER BY total(new) > 0 DESC, total(bytes) DESC, net LIMIT 12);
INSERT INTO report_html
SELECT printf('<div class="wide"><svg class="matrix" width="%d" height="%d" role="img">'
              || '<title>Who asked whom, by network</title>', 204 + 44 * max(place),
              30 + 30 * max(place)) FROM report_subnet GROUP BY NULL;
INSERT INTO report_html
SELECT printf('<text x="0" y="%d">%d %s<title>%s</title></text><text x="%d" y="18">%d</text>',
              y + 19, place, substr(net, 1, 28), net || ifnull(' ' || html, ''), x + 12, place)
  FROM report_subnet;
INSERT INTO report_html
SELECT printf('<g><title>%s asked %s: %,d connections of %d pairs, %d new, %,d rejected, %.1f MB'
              || '</title><rect class="back" x="%d" y="%d" width="42" height="28"/>'
              || '<rect class="fill" x="%d" y="%d" width="42" height="28" opacity="%.2f"/>',
              source, target, connections, pairs, new, rejected, bytes / 1e6, t.x, s.y, t.x, s.y,
              .06 + .4 * sqrt(bytes / max(max(bytes) OVER (), 1)))
       || iif(new, printf('<rect class="ring" x="%d" y="%d" width="40" height="26"/><text x="%d" '
            || 'y="%d">%d</text>', t.x + 1, s.y + 1, t.x + 6, s.y + 19, new), '') || '</g>'
  FROM report_matrix JOIN report_subnet s ON s.net = source JOIN report_subnet t ON t.net = target;
INSERT INTO report_html SELECT '</svg></div>' FROM report_subnet GROUP BY NULL;
INSERT INTO report_html
SELECT '<p class="lead">' || group_concat(place || ' ' || html, ', ') || '</p>'
  FROM report_subnet WHERE html <> '' GROUP BY NULL;
