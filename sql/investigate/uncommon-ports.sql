-- Which uncommon ports were tried from outside?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @common            the ports that are usual here, a JSON array; default: those of SSH, mail,
--                      DNS, NTP, HTTP, HTTPS and RDP
--   @top                number of rows; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/uncommon-ports.sql'
--
-- One row per port, those with answered connections first, which are ports that somebody reached.
-- What answers to connections from inside is not here.
--
-- Where the logs have tcp-flags, the sender of the SYN is the client, whatever the ports are.
-- Without them, see flowlogs_connections in sql/README.md for what decides.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@common', '[22, 25, 53, 80, 123, 443, 465, 587, 993, 3389, 8080, 8443]');
SELECT 1 WHERE NOT flowlogs_require(iif(json_valid(@common), json_type(@common) = 'array'
   AND (SELECT count(*) = total(value = CAST(value AS INTEGER)) FROM json_each(@common)), 0),
  'flowlogs: @common must be a JSON array of ports: .parameter set @common ''[22, 443]''');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT lower(protocol_name(protocol)) || '/' || server_port
         || ifnull(' ' || port_name(server_port, protocol), '') AS service,
       count(DISTINCT client) AS sources, count(DISTINCT server) AS hosts, count(*) AS connections,
       sum(state IN ('established', 'closed', 'reset')) AS answered,
       sum((rejected > 0) * (state = 'rejected')) AS rejected, min(client) AS one_source,
       substr(datetime(min(first_seen), 'unixepoch'), 1, 16) AS first_seen,
       substr(datetime(max(last_seen), 'unixepoch'), 1, 16) AS last_seen
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND inside = @inside AND direction = 'inbound' AND NOT is_nat_leg AND protocol IN (6, 17)
   AND server_port NOT IN (SELECT value FROM json_each(@common)) GROUP BY protocol, server_port
 ORDER BY answered DESC, sources DESC, rejected DESC, server_port, protocol LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
