-- What should be looked at first: the attacker, the way in and what left, in sentences.
-- ../report.sql reads this script, which prints nothing.
INSERT INTO report_html
SELECT '<header><h1>Flow logs, ' || strftime('%Y-%m-%d %H:%M', @begin, 'unixepoch') || ' to '
       || strftime('%Y-%m-%d %H:%M', ifnull(max(at), 0) + 60, 'unixepoch')
       || ' UTC</h1><p class="lead about">'
       || replace(replace(replace(printable(@logs), '&', '&amp;'), '<', '&lt;'), '>', '&gt;')
       || ', ' || printf('%,d', total(records)) || ' records</p></header><section class="first">'
       || '<h2>Look at this first</h2>' FROM report_minutes;
INSERT INTO report_html
SELECT '<dl><dt>' || iif(w.score >= 5, 'Attacker', 'Suspect') || '</dt><dd>' || c.label
       || iif(w.vain >= 10, ': ' || printf('%,d', w.tries) || ' tries on ports of '
              || 'administration and databases', '') || iif(listed, ', listed in indicators', '')
       || '</dd><dt>Way in</dt><dd>' || ifnull(port_name(w.port, 6), 'tcp') || ' (' || w.port
       || ') on ' || s.label || ': ' || printf('%,d', w.n)
       || iif(w.n = 1, ' connection from ', ' connections from ')
       || strftime('%m-%d %H:%M', w.first, 'unixepoch') || ' on, a session at <b>'
       || strftime('%m-%d %H:%M', w.at, 'unixepoch') || '</b></dd>'
       || ifnull('<dt>Then</dt><dd><ul>' || (SELECT group_concat(html, '') FROM report_fact f
                   WHERE f.way = w.way AND kind = 'then') || '</ul></dd>', '')
       || '<dt>What left</dt><dd>' || ifnull('<ul>' || (SELECT group_concat(html, '')
            FROM report_fact f WHERE f.way = w.way AND kind = 'left') || '</ul>',
            'nothing of a megabyte or more to an address that was new') || '</dd></dl>'
  FROM (SELECT * FROM report_way ORDER BY score DESC, tries DESC, way LIMIT 3) w
  JOIN report_name c ON c.ip = w.client JOIN report_name s ON s.ip = w.server
 ORDER BY score DESC, tries DESC, w.way;
INSERT INTO report_html
SELECT '<p>No session from outside on a port of administration or of a database looks like a way '
       || 'in.</p>' WHERE NOT EXISTS (SELECT 1 FROM report_way);
INSERT INTO report_html
SELECT '<p><b>Much left</b>' || iif(EXISTS (SELECT 1 FROM report_way), ' elsewhere: ',
         ', and the way in is not in these logs: ') || coalesce(named, html) || ' ('
       || strftime('%m-%d %H:%M', first, 'unixepoch') || ').</p>'
  FROM report_alerts WHERE place IN (
       SELECT place FROM report_alerts WHERE rule = 'volume-out'
          AND key NOT IN (SELECT src || ' -> ' || dst FROM report_loot)
          AND (severity = 'high' OR key IN (SELECT src || ' -> ' || dst FROM report_left
                                             WHERE first >= @new_since)) ORDER BY place LIMIT 3);
INSERT INTO report_html
SELECT '<p><b>To a new place:</b> ' || s.label || ' sent ' || printf('%.1f MB', asked / 1e6)
       || ' to ' || d.label || ' ' || ifnull('(' || port || ')', '') || ' since '
       || strftime('%m-%d %H:%M', first, 'unixepoch') || '.</p>'
  FROM (SELECT * FROM report_out WHERE new AND asked >= 1e8
           AND (src, dst) NOT IN (SELECT src, dst FROM report_loot)
           AND src || ' -> ' || dst NOT IN (
                 SELECT key FROM report_alerts WHERE rule = 'volume-out')
         ORDER BY asked DESC LIMIT 3)
  JOIN report_name s ON s.ip = src JOIN report_name d ON d.ip = dst;
INSERT INTO report_html
SELECT '<p><b>Calls home?</b> ' || c.label || ' calls ' || s.label || ' '
       || lower(ifnull(protocol_name(protocol), protocol)) || ifnull('/' || port, '') || ' every '
       || every || ' seconds, ' || printf('%,d', contacts) || ' times'
       || ifnull(', with about ' || size || ' bytes', '') || '.</p>'
  FROM (SELECT * FROM report_beacons WHERE NOT is_inside(server, @inside) AND port IS NOT 123
         ORDER BY rowid LIMIT 3) b
  JOIN report_name c ON c.ip = b.client JOIN report_name s ON s.ip = b.server;
INSERT INTO report_html
SELECT '<p>' || high || iif(high = 1, ' alert is', ' alerts are') || ' of high severity, ' || low
       || ' of lower severity: <a href="#alerts">see below</a>.</p></section>'
  FROM (SELECT count(*) FILTER (WHERE severity = 'high') AS high,
               count(*) FILTER (WHERE severity <> 'high') AS low FROM report_alerts);
