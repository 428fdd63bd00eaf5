-- Which addresses and connections are new since a given time?
--
--   @logs                   a file, a folder or a pattern
--   @on_error, @format      'skip' leaves out lines and files that cannot be used; the fields of
--                           files without a header line. Default: an error, and AWS's default
--                           format
--   @new_since, @new_until  the window that is examined; @new_since is required, and the default
--                           of @new_until is no limit
--   @new_before             the beginning of the window that is known, which ends at @new_since;
--                           default NULL: the first record
--   @top                    number of rows of each answer; default 20, and -1 for all
--   @inside                 your networks, a JSON array of prefixes or the name of a table with a
--                           column cidr; default: the private address space. Add the IPv6 blocks
--                           of your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           -cmd ".parameter set @new_since \"'2026-03-09 22:00'\"" \
--           :memory: '.read sql/investigate/new-talkers.sql'
--
-- Something is new if its first record of both windows together is in the second window. For last
-- night, say .parameter set @new_since "date('now', '-1 day')". The first answer lists addresses
-- of ours that sent nothing before: new instances, or those of an attacker. The second answer
-- lists whom an address of ours reached as a client, not rejected, and never before.
--
-- A week of known traffic is a better measure than a day, because after a single day a Monday
-- looks new. The changing addresses of an AWS service are one peer where the name of the service
-- is logged (version 5). What a NAT gateway sends on is left out, because it is in the row of the
-- instance. After a gap in the logs everything looks new: see coverage.sql.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT * FROM (VALUES ('@new_before', '2026-06-15'),
  ('@new_since', '2026-06-16'), ('@new_until', '2026-06-17')) WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(unixepoch(@new_since, 'auto') > 1e8,
  'flowlogs: @new_since must be a time: .parameter set @new_since "''2026-03-09 22:00''"');
-- In temp.answer, way 0 is what an address of ours sent, and way 1 whom it reached as a client.
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT way, iif(back, server, client) AS address, iif(way, ifnull(service, server), NULL) AS peer,
       iif(way, server_port, NULL) AS port, count(*) AS connections,
       sum(iif(back, server_bytes, client_bytes)) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen
  FROM flowlogs_connections(@logs, @on_error, @format) c
 CROSS JOIN (SELECT 0 AS way, 0 AS back UNION ALL VALUES (0, 1), (1, 0))
  LEFT JOIN (SELECT pkt_dstaddr AS ip, max(pkt_dst_aws_service) AS service
               FROM flowlogs_rollup(@logs, @on_error, @format)
              WHERE since = @new_before AND until = @new_until GROUP BY 1) ON ip = server
 WHERE since = @new_before AND until = @new_until AND inside = @inside AND NOT is_nat_leg
   AND direction NOT IN ('external', iif(back, 'outbound', 'inbound'))
   AND (way = 0 OR state <> 'rejected') AND iif(back, server_packets, client_packets) IS NOT 0
 GROUP BY 1, 2, 3, 4 HAVING min(c.first_seen) >= unixepoch(@new_since, 'auto');
SELECT address, connections, bytes, first_seen FROM temp.answer
 WHERE NOT way ORDER BY connections DESC, 1 LIMIT @top;
SELECT address, peer, port, port_name(port) AS service, connections, bytes, first_seen
  FROM temp.answer WHERE way ORDER BY bytes DESC, 1, 2, 3 LIMIT @top;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
DELETE FROM temp.sqlite_parameters WHERE @logs = 'tests/data/AWSLogs' AND (key, value) IN (VALUES
  ('@new_before', '2026-06-15'), ('@new_since', '2026-06-16'), ('@new_until', '2026-06-17'));
