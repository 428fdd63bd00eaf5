-- Who sends to addresses that begin with a text such as '10.0.'?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @text               the beginning of the address; required. End it with a dot or a colon,
--                       because '10.1' also finds 10.100.0.1. Write it in quotes within quotes,
--                       because the shell makes the number 10.0 of '10.'
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @text \"'10.0.'\"" \
--           :memory: '.read sql/investigate/to-text-prefix.sql'
--
-- An IPv6 address has the spelling of RFC 5952 here, whatever spelling the logs have: 2001:db8::1,
-- in small letters and without zeros in front. Write the beginning in this spelling, or use
-- from-to.sql, which takes a network in any spelling. Its head says what the columns are.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters
SELECT '@text', '172.31.2.' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(typeof(@text) = 'text',
  'flowlogs: @text must be a text: .parameter set @text "''10.0.''"');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT iif(back, server, client) AS src, iif(back, client, server) AS dst,
       ifnull(protocol_name(protocol), protocol) AS protocol, server_port AS port,
       port_name(server_port, protocol) AS service, iif(back, 'server', 'client') AS role,
       count(*) AS connections, sum(rejected > 0) AS rejected,
       sum(iif(back, server_bytes, client_bytes)) AS bytes,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_connections(@logs, @on_error, @format)
 CROSS JOIN (SELECT 0 AS back UNION ALL SELECT 1) WHERE since = @since AND until = @until
   AND NOT is_nat_leg AND addr GLOB @text || '*' AND iif(back, client, server) GLOB @text || '*'
   AND iif(back, server_packets, client_packets) IS NOT 0
 GROUP BY 1, 2, 3, 4, 6 ORDER BY bytes DESC, connections DESC, 1, 2, 3, 4, 6 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@text) AS text, printable(@logs) AS logs,
       flowlogs_scan_summary() AS looked_at WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
DELETE FROM temp.sqlite_parameters
 WHERE key = '@text' AND value = '172.31.2.' AND @logs = 'tests/data/AWSLogs';
