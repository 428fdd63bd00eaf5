-- Regular contacts, as strips. ../report.sql reads this script, which prints nothing.
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@section', 'beacons');
INSERT INTO report_html VALUES (
  '<section id="beacons"><h2>Regular contacts</h2><p class="lead">The same service is asked at '
  || 'regular intervals with requests of the same size. Those with places outside come first, in '
  || 'red. Expect NTP, monitoring and heartbeats.</p>');
INSERT INTO report_row (section, place, class, label, note, tail, bytes, more)
SELECT 'beacons', b.rowid, iif(is_inside(server, @inside) OR port = 123, NULL, 'hot'), c.label,
       'to ' || s.label || ' ' || ifnull(port_name(port, protocol) || ' ', '') || '('
       || coalesce(port, protocol_name(protocol), protocol) || ')',
       'every ' || every || ' s, ' || printf('%,d', contacts) || ' times', size,
       iif(size IS NULL, '', ' each, ') || regular || ' % regular'
  FROM report_beacons b JOIN address_name c ON c.ip = client JOIN address_name s ON s.ip = server;
INSERT INTO report_cell (section, place, class, x, width, height)
SELECT 'beacons', b.rowid, iif(is_inside(t.server, @inside) OR t.port = 123, 'in', 'session'),
       x - x % 2, 1.5, 80
  FROM report_beacon_times t JOIN report_beacons b
    ON (b.client, b.server, b.protocol) = (t.client, t.server, t.protocol) AND b.port IS t.port
 GROUP BY b.rowid, x / 2;
.read sql/report/draw-rows.sql
