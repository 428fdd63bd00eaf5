-- What left, by pair. ../report.sql reads this script, which prints nothing.
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@section', 'left');
INSERT INTO report_html
SELECT '<section id="left"><h2>What left</h2><p class="lead">Bytes from inside to outside, each '
       || 'counted once, by pair of addresses. Red: the pair met for the first time since '
       || strftime(@when, @new_since, 'unixepoch') || ', and the host inside asked, or '
       || 'the other end is the attacker. Addresses with the same name are one place.';
INSERT INTO report_html
SELECT 'Left out, because they are in the rows of the instances: the legs of NAT gateways, '
       || CASE WHEN total(bytes) >= 1e9 THEN printf('%.1f GB', total(bytes) / 1e9)
               ELSE printf('%.1f MB', total(bytes) / 1e6) END || ' in both directions.'
  FROM report_nat GROUP BY NULL;
INSERT INTO report_html VALUES ('</p>');
INSERT INTO report_row (section, place, class, label, note, tail, bytes, more, at)
SELECT 'left', place, iif(hot, 'hot', NULL), s.label, 'to ' || d.label || ' '
       || ifnull(ifnull(port_name(port, protocol) || ' ', '') || '(' || port || ')',
                 iif(protocol IN (6, 17), '(several ports)', lower(protocol_name(protocol)))),
       iif(asked > bytes / 2, 'sent as client', 'answers') || iif(new, ', new', ''),
       bytes, ' since ', first
  FROM report_out JOIN address_name s ON s.ip = src JOIN address_name d ON d.ip = dst;
INSERT INTO report_cell (section, place, class, x, width, height)
WITH RECURSIVE step(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step WHERE n + 1 < @steps),
spread AS (
  SELECT place, hot, n, total(t.bytes / (b - a + 1)) AS bytes
    FROM report_left_times t JOIN report_out USING (src, dst) JOIN step ON n BETWEEN a AND b
   GROUP BY 1, 2, 3)
SELECT 'left', place, iif(hot, 'new', 'out'), n * 1000.0 / @steps, max(4, 900.0 / @steps),
       8 + 92.0 * bytes / max(bytes) OVER (PARTITION BY place) FROM spread WHERE bytes > 0;
.read sql/report/draw-rows.sql
