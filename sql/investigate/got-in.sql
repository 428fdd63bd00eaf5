-- Who got in from outside on a port of administration, and what did that host touch next?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @admin_ports       the ports of administration, a JSON array; default: see below
--   @entry_bytes       a connection of at least this number of bytes of both ends is a session;
--                      default 10000
--   @hours             how many hours after the beginning of the first session are looked at;
--                      default 24
--   @top                number of rows; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/got-in.sql'
--
-- One row for each source outside that had a session, and each service that the host then was the
-- first time a client of: no connection to it is in the logs before `got_in`. `after` is the
-- number of minutes from then to the first of these connections; `sent` and `received` are the
-- bytes of the host. Where the host did nothing new, these columns are NULL. Look for other hosts
-- inside on ports of administration and databases, and for addresses outside that received much.
-- Then ask about each host that was touched.
--
-- Flow logs do not know whether a login succeeded, nor who caused a connection: updates and
-- monitoring of the host are here, too. The logs should begin some days before, because
-- everything is new at first.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@entry_bytes', 10000), ('@hours', 24),
  ('@admin_ports', '[21, 22, 23, 135, 139, 445, 3389, 5900, 5985, 5986]');
SELECT 1 WHERE NOT flowlogs_require(iif(json_valid(@admin_ports), json_type(@admin_ports) = 'array'
   AND (SELECT count(*) = total(value = CAST(value AS INTEGER)) FROM json_each(@admin_ports)), 0),
  'flowlogs: @admin_ports must be a JSON array of ports: .parameter set @admin_ports ''[22]''');
DROP TABLE IF EXISTS temp.pair; CREATE TEMP TABLE pair AS
SELECT client, server, protocol, server_port AS port, direction, count(*) AS n,
       min(first_seen) AS first, sum(state IN ('established', 'closed', 'reset')) AS answered,
       sum(client_bytes) AS sent, sum(server_bytes) AS received, min(first_seen) FILTER (
         WHERE direction = 'inbound' AND state IN ('established', 'closed', 'reset')
           AND protocol = 6 AND server_port IN (SELECT value FROM json_each(@admin_ports))
           AND client_bytes + server_bytes >= @entry_bytes) AS session
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND inside = @inside AND NOT is_nat_leg GROUP BY 1, 2, 3, 4, together;
SELECT e.client AS source, port_name(e.port, 6) AS by, e.server AS host,
       datetime(e.session, 'unixepoch') AS got_in, t.server AS touched,
       lower(ifnull(protocol_name(t.protocol), t.protocol)) || ifnull('/' || t.port, '')
         AS service, t.n AS connections, t.answered, t.sent, t.received,
       (t.first - e.session) / 60 AS after
  FROM pair e LEFT JOIN pair t ON t.client = e.server AND t.direction IN ('internal', 'outbound')
   AND t.first BETWEEN e.session AND e.session + 3600 * @hours WHERE e.session IS NOT NULL
 ORDER BY e.session, source, host, e.port, t.first, touched, service LIMIT @top;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM pair WHERE session IS NOT NULL);
