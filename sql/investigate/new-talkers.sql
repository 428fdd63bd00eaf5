-- New talkers: what speaks since yesterday that did not before, inside and to the outside.
--
--   @logs      files, folder or pattern
--   @new_since, @new_until   the window that is looked at: set its beginning, only the sample's logs have a default
--   @new_before   beginning of the window that is known, up to @new_since; NULL: all that there is
--   @below     ports below this one are services'      @top   rows of each answer
--   @inside    your networks, a JSON array of prefixes: add the IPv6 blocks of your VPCs, and your public addresses
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @new_since \"'2026-03-09 22:00'\"" \
--           :memory: '.read sql/investigate/new-talkers.sql'
--
-- New is what has its first record, of both windows together, in the second one. For last night say .parameter set
-- @new_since "date('now', '-1 day')". First: addresses of ours that sent nothing before: new instances, or an
-- attacker's. Second: whom an address of ours reached on a service's port, accepted, and never before. A week in front
-- of it is a better measure than a day; Mondays look new. Answers to outside clients, whose port is low by chance, are
-- among the second. An AWS service's changing addresses are one peer where its name is logged (version 5), outside if
-- one of them is; through a NAT gateway it shows on both legs. A gap in the logs before makes everything new: see
-- coverage.sql.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@below', 32768), ('@top', 20);
-- For the sample, and for no other logs: the last line takes it away.
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT * FROM (VALUES ('@new_before', '2026-06-15'), ('@new_since', '2026-06-16'), ('@new_until', '2026-06-17'))
   WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(unixepoch(@new_since, 'auto') > 1e8,
  'flowlogs: @new_since must be a time: .parameter set @new_since "''2026-03-09 22:00''"');
.read sql/inside.sql
SELECT srcaddr, sum(flows) AS flows, sum(bytes) AS bytes,
       coalesce(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected,
       datetime(min(first_seen), 'unixepoch') AS first_seen, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @new_before AND until = @new_until AND cidr_lookup('own', 'cidr', srcaddr) IS NOT NULL
 GROUP BY srcaddr HAVING min(flowlogs_rollup.first_seen) >= unixepoch(@new_since, 'auto')
 ORDER BY sum(flows) DESC, srcaddr LIMIT @top;
SELECT srcaddr, coalesce(pkt_dst_aws_service, dstaddr) AS peer, dstport, port_name(dstport) AS service,
       iif(max(cidr_lookup('own', 'cidr', iif(pkt_dst_aws_service IS NULL, dstaddr, ifnull(pkt_dstaddr, dstaddr))) IS NULL),
           'outside', 'inside') AS side, sum(flows) AS flows, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @new_before AND until = @new_until AND action IS NOT 'REJECT' AND dstport < @below
   AND cidr_lookup('own', 'cidr', srcaddr) IS NOT NULL
 GROUP BY srcaddr, peer, dstport HAVING min(flowlogs_rollup.first_seen) >= unixepoch(@new_since, 'auto')
 ORDER BY sum(bytes) DESC, srcaddr, peer, dstport LIMIT @top;
DELETE FROM temp.sqlite_parameters WHERE @logs = 'tests/data/AWSLogs' AND (key, value) IN (VALUES
  ('@new_before', '2026-06-15'), ('@new_since', '2026-06-16'), ('@new_until', '2026-06-17'));
