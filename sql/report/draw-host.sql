-- One host: its alerts, its peers, and when it talked to them. ../report.sql reads this script,
-- which prints nothing, and draws nothing without @host.
INSERT OR REPLACE INTO temp.sqlite_parameters
SELECT '@section', iif(@host IS NULL, 'none', 'host');
.read sql/report/draw-host-facts.sql
INSERT INTO report_row (section, place, label, note, tail, bytes, more, bytes2, more2)
SELECT 'host', h.rowid, n.label, iif(asks, 'was asked for ', 'asked for ')
       || CASE WHEN ports > 1 THEN ports || ' ports (' || lower(protocol_name(protocol)) || ')'
               ELSE ifnull(port_name(port, protocol) || ' ', '') || '('
                    || lower(ifnull(protocol_name(protocol), protocol)) || ifnull('/' || port, '')
                    || ')' END,
       printf('%,d', connections) || iif(connections = 1, ' connection, ', ' connections, ')
       || printf('%,d', rejected) || ' rejected', sent, ' sent, ', received, ' received'
  FROM report_host h JOIN address_name n ON n.ip = peer;
INSERT INTO report_cell (section, place, class, x, width, height)
SELECT 'host', h.rowid, 't4', n * 1000.0 / @steps, max(4, 900.0 / @steps),
       15 + 85.0 * t.connections / max(t.connections) OVER (PARTITION BY h.rowid)
  FROM report_host_times t JOIN report_host h
    ON (h.peer, h.asks, h.protocol) = (t.peer, t.asks, t.protocol) AND h.port IS t.port;
.read sql/report/draw-rows.sql
