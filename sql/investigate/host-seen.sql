-- Who are the peers of one address or one instance, which end asked, and how much did each send?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @host               an address, or an instance such as 'i-028450faf3abb2524'; required
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           -cmd ".parameter set @host \"'10.0.0.5'\"" \
--           :memory: '.read sql/investigate/host-seen.sql'
--
-- Each byte counts once (see flowlogs_connections in ../README.md), and what a NAT gateway sends
-- on is in the row of the instance. Where records were lost (SKIPDATA), sums are lower bounds.
-- `role` is the host's: a client asks, a server answers. `sent` is what the host sent. Much that
-- it sent as a client, and little that it received, is an upload; many connections of the same
-- size are a beacon (see beaconing.sql).
--
-- Behind a NAT gateway the peers are the true ones where pkt_srcaddr and pkt_dstaddr are logged.
-- An instance is known by instance_id (version 3), in all connections that one of its own
-- interfaces logged; for older formats, ask for its address.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters
SELECT '@host', '10.0.2.14' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(ip_text(@host) IS NOT NULL OR @host LIKE 'i-%',
  'flowlogs: @host must be an address or an instance: .parameter set @host "''10.0.0.5''"');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT iif(asks, server, client) AS peer, iif(asks, 'client', 'server') AS role,
       ifnull(protocol_name(protocol), protocol) AS protocol, server_port AS port,
       count(*) AS connections, sum(rejected > 0) AS rejected,
       sum(iif(asks, client_bytes, server_bytes)) AS sent,
       sum(iif(asks, server_bytes, client_bytes)) AS received,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM (SELECT *, client = ip_text(@host) AS asks
    FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
     AND ip_text(@host) IS NOT NULL AND addr = ip_text(@host) UNION ALL
   SELECT *, client_instance_id IS @host
    FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
     AND ip_text(@host) IS NULL AND @host IN (client_instance_id, server_instance_id))
 WHERE NOT is_nat_leg GROUP BY 1, 2, 3, 4 ORDER BY sent + received DESC, 1, 2, 3, 4 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, @host AS host, printable(@logs) AS logs,
       flowlogs_scan_summary() AS looked_at WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
DELETE FROM temp.sqlite_parameters
 WHERE key = '@host' AND value = '10.0.2.14' AND @logs = 'tests/data/AWSLogs';
