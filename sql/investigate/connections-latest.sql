-- What is going on now? The connections that were seen last, the newest first.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/connections-latest.sql'
--
-- `sent` is from client to server. A connection that lasts has the time of its latest record.
-- Connections are joined from all records of the period; if there are millions, make the period
-- shorter with @since, or add a condition such as AND client = '10.0.0.5' to the query.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT datetime(last_seen, 'unixepoch') AS last_seen, seconds, client, client_port, server,
       server_port, ifnull(protocol_name(protocol), protocol) AS protocol, client_bytes AS sent,
       server_bytes AS received, state
  FROM flowlogs_connections(@logs, @on_error, @format) AS c
 WHERE since = @since AND until = @until AND NOT is_nat_leg
 ORDER BY c.last_seen DESC, c.first_seen DESC, 3, 4, 5, 6, c.protocol LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
