-- What else should be looked at: what left otherwise, the first alerts, and who calls home.
-- draw-first.sql reads this script, which prints nothing.
INSERT INTO report_html
SELECT '<p><b>Much left</b>' || iif(EXISTS (SELECT 1 FROM report_way), ' elsewhere: ',
         ', and the way in is not in these logs: ') || coalesce(named, html) || ' ('
       || strftime(@when, first, 'unixepoch') || ').</p>'
  FROM report_alerts WHERE place IN (
       SELECT place FROM report_alerts WHERE rule = 'volume-out'
          AND key NOT IN (SELECT src || ' -> ' || dst FROM report_loot)
          AND (severity = 'high' OR key IN (SELECT src || ' -> ' || dst FROM report_left
                                             WHERE first >= @new_since)) ORDER BY place LIMIT 3);
INSERT INTO report_html
SELECT '<p><b>To a new place:</b> ' || s.label || ' sent ' || printf('%.1f MB', asked / 1e6)
       || ' to ' || d.label || ' ' || ifnull('(' || port || ')', '') || ' since '
       || strftime(@when, first, 'unixepoch') || '.</p>'
  FROM (SELECT * FROM report_out WHERE new AND asked >= 1e8
           AND (src, dst) NOT IN (SELECT src, dst FROM report_loot)
           AND src || ' -> ' || dst NOT IN (
                 SELECT key FROM report_alerts WHERE rule = 'volume-out')
         ORDER BY asked DESC LIMIT 3)
  JOIN address_name s ON s.ip = src JOIN address_name d ON d.ip = dst;
-- Without a way in, the first alerts that say something else.
INSERT INTO report_html
SELECT '<p><a href="#alert' || place || '">Alert ' || place || '</a>: ' || coalesce(named, html)
       || ' (' || strftime(@when, first, 'unixepoch') || ').</p>'
  FROM report_alerts WHERE severity = 'high' AND rule <> 'volume-out' AND place <= min(@top, 5)
   AND NOT EXISTS (SELECT 1 FROM report_way) ORDER BY place LIMIT 3;
INSERT INTO report_html
SELECT '<p><b>Calls home?</b> ' || c.label || ' calls ' || s.label || ' '
       || lower(ifnull(protocol_name(protocol), protocol)) || ifnull('/' || port, '') || ' every '
       || every || ' seconds, ' || printf('%,d', contacts) || ' times'
       || ifnull(', with about ' || size || ' bytes', '') || '.</p>'
  FROM (SELECT * FROM report_beacons WHERE NOT is_inside(server, @inside) AND port IS NOT 123
         ORDER BY rowid LIMIT 3) b
  JOIN address_name c ON c.ip = b.client JOIN address_name s ON s.ip = b.server;
