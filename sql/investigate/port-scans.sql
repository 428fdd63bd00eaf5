-- Who tried many ports of one host (a vertical port scan), or one port of many hosts (a
-- horizontal one), without success, and what was open?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @scan_ports        it is a vertical scan if at least this number of ports was tried in vain;
--                      default 20
--   @hosts             it is a horizontal scan if at least this number of hosts was tried in
--                      vain; default 2
--   @top                number of rows of each answer; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/port-scans.sql'
--
-- The first answer is about vertical scans, and the second one about horizontal ones. A port was
-- tried in vain if the connection was rejected, had no answer, or was refused by the host. `open`
-- lists the ports, and `reached` counts the hosts, that the same source found open: they
-- answered, or their own interface let the packets in and the host said nothing. Look at these
-- first. That the interface of the scanner let its packets out is no success.
--
-- Expect the background noise of the internet (a lower @hosts finds more of it), health checks of
-- closed ports by load balancers and monitors, and your own scanner. A host is an address here.
-- Without tcp-flags, a refusal looks like an answer, and a port that is closed and not rejected
-- looks open.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@scan_ports', 20), ('@hosts', 2);
DROP TABLE IF EXISTS temp.tried; CREATE TEMP TABLE tried AS
SELECT client, server, protocol, server_port AS port, count(*) AS n, min(first_seen) AS first,
       max(last_seen) AS last, max(state IN ('rejected', 'refused') OR state = 'no answer'
           AND protocol = 6) AS vain, max(state IN ('established', 'closed', 'reset') OR
           state = 'no answer' AND server_interface_id IS NOT NULL AND ifnull(accepted, 0)) AS open
  FROM flowlogs_connections(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND NOT is_nat_leg GROUP BY 1, 2, 3, 4, together;
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT client, server, sum(vain) AS ports, min(iif(vain, port, NULL)) || '-' || max(iif(vain, port,
         NULL)) AS range, sum(n) AS connections, max(last) - min(first) AS seconds,
       datetime(min(first), 'unixepoch') AS first_seen,
       ifnull(substr(group_concat(iif(open, port, NULL), ' '), 1, 30), 'none') AS open
  FROM (SELECT * FROM tried WHERE protocol IN (6, 17) ORDER BY client, server, port) GROUP BY 1, 2
HAVING ports >= @scan_ports ORDER BY ports DESC, connections DESC, client, server LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT client, ifnull(protocol_name(protocol), protocol) AS protocol, port,
       port_name(port, t.protocol) AS service, sum(vain) AS hosts, sum(n) AS connections,
       sum(open) AS reached, datetime(min(first), 'unixepoch') AS first_seen,
       datetime(max(last), 'unixepoch') AS last_seen FROM tried t GROUP BY client, t.protocol, port
HAVING hosts >= @hosts ORDER BY hosts DESC, connections DESC, client, t.protocol, port LIMIT @top;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer)
   AND NOT EXISTS (SELECT 1 FROM tried GROUP BY client, protocol, port HAVING sum(vain) >= @hosts);
