-- What did two addresses say to each other? One row per connection, with what each of them sent.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @a, @b              the two addresses; required
--   @port               a port that either end has; default NULL: any port
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           -cmd ".parameter set @a \"'10.0.0.5'\"" \
--           -cmd ".parameter set @b \"'10.0.0.6'\"" \
--           :memory: '.read sql/investigate/conversation.sql'
--
-- The two addresses are the true ends (pkt_srcaddr, pkt_dstaddr), also where a NAT gateway stands
-- between them. Several points (interfaces or attachments of a transit gateway) may have logged a
-- connection; the one that saw most counts. `state` says what became of it: `no answer` also
-- where the answer was lost (SKIPDATA).
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters
SELECT * FROM (VALUES ('@a', '172.31.1.13'), ('@b', '192.0.2.77'))
 WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(ip_text(@a) IS NOT NULL,
  'flowlogs: @a must be an address: .parameter set @a "''10.0.0.5''"');
SELECT 1 WHERE NOT flowlogs_require(ip_text(@b) IS NOT NULL,
  'flowlogs: @b must be an address: .parameter set @b "''10.0.0.6''"');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT datetime(first_seen, 'unixepoch') AS first_seen, seconds, client, client_port, server,
       server_port, ifnull(protocol_name(protocol), protocol) AS protocol,
       port_name(server_port, protocol) AS service, client_bytes AS sent,
       server_bytes AS received, rejected, state, points
  FROM flowlogs_connections(@logs, @on_error, @format) AS c
 WHERE since = @since AND until = @until AND addr = ip_text(@a) AND ip_text(@b) IN (client, server)
   AND (@port IS NULL OR CAST(@port AS INTEGER) IN (client_port, server_port))
 ORDER BY c.first_seen, 3, 4, 5, 6, c.protocol LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, @a AS a, @b AS b, @port AS port, printable(@logs) AS logs,
       flowlogs_scan_summary() AS looked_at WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
DELETE FROM temp.sqlite_parameters WHERE @logs = 'tests/data/AWSLogs'
   AND (key, value) IN (VALUES ('@a', '172.31.1.13'), ('@b', '192.0.2.77'));
