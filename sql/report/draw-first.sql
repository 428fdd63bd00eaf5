-- What should be looked at first: the attacker, the way in and what left, in sentences.
-- ../report.sql reads this script, which prints nothing.
INSERT INTO report_html
SELECT '<header><h1>Flow logs, ' || strftime('%Y-%m-%d %H:%M', @begin, 'unixepoch') || ' to '
       || strftime('%Y-%m-%d %H:%M', ifnull(max(at), 0) + 60, 'unixepoch')
       || ' UTC</h1><p class="lead about">'
       || replace(replace(replace(printable(@logs), '&', '&amp;'), '<', '&lt;'), '>', '&gt;')
       || ', ' || printf('%,d', total(records))
       || iif(total(records) = 1, ' record', ' records')
       || '</p></header><section class="first"><h2>Look at this first</h2>' FROM report_minutes;
INSERT INTO report_html
SELECT '<dl><dt>' || iif(w.score >= 5, 'Attacker', 'Suspect') || '</dt><dd>' || c.label
       || iif(w.vain >= 10, ': ' || printf('%,d', w.tries) || ' tries on ports of '
              || 'administration and databases', '') || iif(listed, ', listed in indicators', '')
       || '</dd><dt>Way in</dt><dd>' || ifnull(port_name(w.port, 6), 'tcp') || ' (' || w.port
       || ') on ' || s.label || ': ' || printf('%,d', w.n)
       || iif(w.n = 1, ' connection from ', ' connections from ')
       || strftime(@when, w.first, 'unixepoch') || ' on, a session at <b>'
       || strftime(@when, w.at, 'unixepoch') || '</b></dd>'
       || ifnull('<dt>Then</dt><dd><ul>' || (SELECT group_concat(html, '') FROM report_fact f
                   WHERE f.way = w.way AND kind = 'then') || '</ul></dd>', '')
       || '<dt>What left</dt><dd>' || ifnull('<ul>' || (SELECT group_concat(html, '')
            FROM report_fact f WHERE f.way = w.way AND kind = 'left') || '</ul>',
            'nothing of a megabyte or more to an address that was new') || '</dd></dl>'
  FROM (SELECT * FROM report_way ORDER BY score DESC, tries DESC, way LIMIT 3) w
  JOIN address_name c ON c.ip = w.client JOIN address_name s ON s.ip = w.server
 ORDER BY score DESC, tries DESC, w.way;
INSERT INTO report_html
SELECT '<p>No session from outside on a port of administration or of a database looks like a way '
       || 'in.</p>' WHERE NOT EXISTS (SELECT 1 FROM report_way)
   AND EXISTS (SELECT 1 FROM report_pairs WHERE direction <> 'external');
.read sql/report/draw-hints.sql
.read sql/report/draw-doubts.sql
INSERT INTO report_html
SELECT '<p>' || iif(high + low, printf('%,d', high) || iif(high = 1, ' alert is', ' alerts are')
         || ' of high severity, ' || printf('%,d', low)
         || ' of lower severity: <a href="#alerts">see below</a>.', 'The rules raise no alert.')
       || '</p></section>'
  FROM (SELECT count(*) FILTER (WHERE severity = 'high') AS high,
               count(*) FILTER (WHERE severity <> 'high') AS low FROM report_alerts);
