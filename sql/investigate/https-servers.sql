-- Which internal server received most HTTPS packets in a week, and from how many clients?
--
--   @logs               a file, a folder or a pattern
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @week               the first day of the week, UTC text or Unix seconds; required
--   @top                number of rows; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @week \"'2026-03-09'\"" \
--           :memory: '.read sql/investigate/https-servers.sql'
--
-- A server is internal if its address is in @inside. NAT gateways are listed with the traffic
-- that they pass on. Traffic between two interfaces that both write logs counts twice; AND
-- flow_direction = 'ingress' (version 5) counts once what arrives. HTTP/3 uses UDP; to include
-- it, remove the condition on the protocol.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@top', 20), ('@inside', NULL);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT '@week', '2026-03-09' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(@week IS NOT NULL,
  'flowlogs: @week must be a day: .parameter set @week "''2026-03-09''"');
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT dstaddr, sum(packets) AS packets, sum(bytes) AS bytes, sum(flows) AS flows,
       count(DISTINCT srcaddr) AS clients,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @week AND until = datetime(@week, 'auto', '+7 days')
   AND dstport = 443 AND protocol = 6 AND action = 'ACCEPT' AND is_inside(dstaddr, @inside)
 GROUP BY dstaddr ORDER BY packets DESC, dstaddr LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
DELETE FROM temp.sqlite_parameters WHERE key = '@week' AND value = '2026-03-09' AND @logs = 'tests/data/AWSLogs';
