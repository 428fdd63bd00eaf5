-- From inside to inside: a matrix of the networks, and the services that were asked for the first
-- time. ../report.sql reads this script, which prints nothing.
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@section', 'inside');
INSERT INTO report_html
SELECT '<section id="inside"><h2>From inside to inside</h2><p class="lead">Who asked (rows) whom '
       || '(columns), by network; the darker, the more bytes. A red frame means that pairs of '
       || 'addresses and services are new since '
       || strftime(@when, @new_since, 'unixepoch')
       || '; their number stands in the field.</p>';
.read sql/report/draw-matrix.sql
INSERT INTO report_html VALUES ('<h3>Asked for the first time</h3>');
INSERT INTO report_row (section, place, class, label, note, tail, bytes, more, at)
SELECT 'inside', w.rowid, iif(sensitive AND answered > 0, 'hot', NULL), c.label,
       'asked ' || s.label || ' ' || ifnull(port_name(port, protocol) || ' ', '') || '('
       || coalesce(port, protocol_name(protocol), protocol) || ')',
       n || iif(n = 1, ' connection, ', ' connections, ') || answered || ' answered',
       sent + received, ', first at ', first
  FROM report_new w JOIN address_name c ON c.ip = client JOIN address_name s ON s.ip = server;
INSERT INTO report_cell (section, place, class, x, width, height)
SELECT 'inside', rowid, iif(sensitive AND answered > 0, 'session', 'tries'),
       max(0, (first - @begin) * 1000.0 / (@step * @steps)),
       max(4, min(1000, (last - first) * 1000.0 / (@step * @steps))), 70 FROM report_new;
.read sql/report/draw-rows.sql
