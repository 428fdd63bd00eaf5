-- What did an address or a network send, to whom and to which service, or what was sent to it?
-- Athena's name: TrafficFrmSrcAddr with @src; TrafficToDstAddr with @dst.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @src                who sent: an address or a network; default NULL: anybody
--   @dst                to whom: an address or a network; default NULL: anybody. One of the two is
--                       required
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @src \"'10.0.0.5'\"" \
--           :memory: '.read sql/investigate/from-to.sql'
--
-- A row is what `src` sent to `dst` in the connections with one service. `role` is that of `src`:
-- a client asks, and a server answers. `port` is that of the server, whichever sent. `rejected`
-- counts the connections of which a record was rejected, at any interface.
--
-- Each byte counts once (see flowlogs_connections in ../README.md), and what a NAT gateway sends
-- on is in the row of the instance. The addresses of pods, and secondary ones, are found where
-- pkt_srcaddr and pkt_dstaddr are logged (version 3). Where records were lost (SKIPDATA), sums are
-- lower bounds.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters
SELECT '@src', '10.0.1.31' WHERE @logs = 'tests/data/AWSLogs' AND @dst IS NULL;
SELECT 1 WHERE NOT flowlogs_require(ifnull(@src, @dst) IS NOT NULL,
  'flowlogs: @src must be an address or a network, or @dst: .parameter set @src "''10.0.0.5''"');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT iif(back, server, client) AS src, iif(back, client, server) AS dst,
       ifnull(protocol_name(protocol), protocol) AS protocol, server_port AS port,
       port_name(server_port, protocol) AS service, iif(back, 'server', 'client') AS role,
       count(*) AS connections, sum(rejected > 0) AS rejected,
       sum(iif(back, server_bytes, client_bytes)) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_connections(@logs, @on_error, @format)
 CROSS JOIN (SELECT 0 AS back UNION ALL SELECT 1) WHERE since = @since AND until = @until
   AND NOT is_nat_leg AND cidr_match(addr, ifnull(@src, @dst))
   AND (@src IS NULL OR cidr_match(iif(back, server, client), @src))
   AND (@dst IS NULL OR cidr_match(iif(back, client, server), @dst))
   AND iif(back, server_packets, client_packets) IS NOT 0
 GROUP BY 1, 2, 3, 4, 6 ORDER BY bytes DESC, connections DESC, 1, 2, 3, 4, 6 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, @src AS src, @dst AS dst, printable(@logs) AS logs,
       flowlogs_scan_summary() AS looked_at WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
DELETE FROM temp.sqlite_parameters
 WHERE key = '@src' AND value = '10.0.1.31' AND @logs = 'tests/data/AWSLogs';
