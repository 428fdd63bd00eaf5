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
--   @below                  ports below this one are ports of services, the others are ephemeral;
--                           default 32768
--   @top                    number of rows of each answer; default 20, and -1 for all
--   @inside                 your networks, a JSON array of prefixes or the name of a table with a
--                           column cidr; default: the private address space. Add the IPv6 blocks
--                           of your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @new_since \"'2026-03-09 22:00'\"" \
--           :memory: '.read sql/investigate/new-talkers.sql'
--
-- Something is new if its first record of both windows together is in the second window. For last
-- night, say .parameter set @new_since "date('now', '-1 day')". The first answer lists addresses
-- of ours that sent nothing before: new instances, or those of an attacker. The second answer
-- lists whom an address of ours reached on the port of a service, accepted, and never before.
--
-- A week of known traffic is a better measure than a day, because after a single day a Monday
-- looks new. The second answer includes answers to outside clients whose port is low by chance.
-- The changing addresses of an AWS service are one peer where the name of the service is logged
-- (version 5); the peer is outside if one of them is. A connection through a NAT gateway appears
-- on both legs. After a gap in the logs everything looks new: see coverage.sql.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@below', 32768), ('@top', 20), ('@inside', NULL);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT * FROM (VALUES ('@new_before', '2026-06-15'), ('@new_since', '2026-06-16'), ('@new_until', '2026-06-17'))
   WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(unixepoch(@new_since, 'auto') > 1e8,
  'flowlogs: @new_since must be a time: .parameter set @new_since "''2026-03-09 22:00''"');
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT srcaddr, sum(flows) AS flows, sum(bytes) AS bytes,
       sum(flows * (action = 'REJECT')) AS rejected,
       datetime(min(first_seen), 'unixepoch') AS first_seen, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @new_before AND until = @new_until AND is_inside(srcaddr, @inside)
 GROUP BY srcaddr HAVING min(flowlogs_rollup.first_seen) >= unixepoch(@new_since, 'auto')
 ORDER BY sum(flows) DESC, srcaddr LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
DROP TABLE IF EXISTS temp.answer_2;
CREATE TEMP TABLE answer_2 AS
SELECT srcaddr, coalesce(pkt_dst_aws_service, dstaddr) AS peer, dstport, port_name(dstport) AS service,
       CASE max(NOT is_inside(iif(pkt_dst_aws_service IS NULL, dstaddr, ifnull(pkt_dstaddr, dstaddr)), @inside))
         WHEN 1 THEN 'outside' WHEN 0 THEN 'inside' END AS side, sum(flows) AS flows, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @new_before AND until = @new_until AND action IS NOT 'REJECT' AND dstport < @below
   AND is_inside(srcaddr, @inside)
 GROUP BY srcaddr, peer, dstport HAVING min(flowlogs_rollup.first_seen) >= unixepoch(@new_since, 'auto')
 ORDER BY sum(bytes) DESC, srcaddr, peer, dstport LIMIT @top;
SELECT * FROM temp.answer_2 ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer) AND NOT EXISTS (SELECT 1 FROM temp.answer_2);
DELETE FROM temp.sqlite_parameters WHERE @logs = 'tests/data/AWSLogs' AND (key, value) IN (VALUES
  ('@new_before', '2026-06-15'), ('@new_since', '2026-06-16'), ('@new_until', '2026-06-17'));
