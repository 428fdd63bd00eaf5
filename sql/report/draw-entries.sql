-- Who came in on ports of administration and databases: tries in grey, sessions in red.
-- ../report.sql reads this script, which prints nothing.
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@section', 'entries');
INSERT INTO report_html
SELECT '<section id="entries"><h2>Who came in</h2><p class="lead">From outside, to ports of '
       || 'administration and databases. Grey: tries. Red: sessions, which are answered '
       || 'connections of ' || printf('%,d', @entry_bytes) || ' bytes and more.</p>';
INSERT INTO report_row (section, place, class, label, note, tail, bytes, more)
SELECT 'entries', e.rowid, iif(sessions > 0 AND tries - sessions >= 10, 'hot', NULL), c.label,
       'to ' || iif(servers = 1, s.label, servers || ' hosts') || ' '
       || iif(ports = 1, ifnull(port_name(one_port, 6) || ' ', '') || '(' || one_port || ')',
              'on ' || ports || ' ports'),
       printf('%,d', tries) || iif(tries = 1, ' try, ', ' tries, ') || printf('%,d', rejected)
       || ' rejected', iif(sessions, bytes, NULL),
       iif(sessions, ' with ' || sessions || iif(sessions = 1, ' session', ' sessions'), NULL)
  FROM report_entries e JOIN address_name c ON c.ip = client
  JOIN address_name s ON s.ip = one_server;
INSERT INTO report_cell (section, place, class, x, width, height)
SELECT 'entries', e.rowid, class.value, n * 1000.0 / @steps, max(4, 900.0 / @steps),
       iif(class.value = 'session', 100,
           15 + 75.0 * t.tries / max(t.tries) OVER (PARTITION BY e.rowid, class.value))
  FROM report_entry_times t JOIN report_entries e
    ON e.client = t.client AND e.server IS t.server AND e.port IS t.port,
       json_each('["tries", "session"]') class
 WHERE iif(class.value = 'session', t.sessions > 0, t.tries > t.sessions)
 ORDER BY e.rowid, class.key;
.read sql/report/draw-rows.sql
