-- Who uses other protocols than the usual ones?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @usual             the protocol numbers that are usual here, a JSON array; default [6, 17],
--                      which is TCP and UDP
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/unusual-protocols.sql'
--
-- ICMP is shown unless you add 1 and 58 to @usual, because tunnels use it: look for many bytes
-- per packet (a ping has 84), or for much of it over a long time. GRE (47), ESP (50) and IP in IP
-- (4) are VPNs and overlays, wanted or not. Flow logs have no ICMP type or code. `client` sent
-- first; `sent` and `received` are its bytes, each counted once, and `each` is the bytes per
-- packet of both ends.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@usual', '[6, 17]');
SELECT 1 WHERE NOT flowlogs_require(iif(json_valid(@usual), json_type(@usual) = 'array'
   AND (SELECT count(*) = total(value = CAST(value AS INTEGER)) FROM json_each(@usual)), 0),
  'flowlogs: @usual must be a JSON array of protocol numbers: .parameter set @usual ''[1, 6]''');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT protocol, protocol_name(protocol) AS name, client, server, count(*) AS connections,
       sum((rejected > 0) * (state = 'rejected')) AS rejected, sum(client_bytes) AS sent,
       sum(server_bytes) AS received, sum(client_bytes + server_bytes)
         / max(sum(client_packets + server_packets), 1) AS each,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND NOT is_nat_leg AND protocol NOT IN (SELECT value FROM json_each(@usual))
 GROUP BY protocol, client, server, together
 ORDER BY protocol IN (1, 58), sum(client_bytes + server_bytes) DESC, 1, 3, 4 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
