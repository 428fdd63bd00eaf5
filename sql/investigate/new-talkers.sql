-- New talkers: what speaks since yesterday that did not before, inside and to the outside.
--
--   @logs      files, folder or pattern
--   @new_before    beginning of the window that is known      @new_since, @new_until   the window that is looked at
--   @below     ports below this one are services'      @top   rows of each answer
--   @inside    your networks, a JSON array of prefixes: add the IPv6 blocks of your VPCs, and your public addresses
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/new-talkers.sql'
--
-- New is what has its first record, of both windows together, in the second one. The windows of the sample are fixed;
-- for last night say .parameter set @new_since "date('now', '-1 day')" and so on. First: addresses of ours that sent
-- nothing before: new instances, or an attacker's. Second: whom an address of ours reached on a service's port,
-- accepted, and never before. A week in front of it is a better measure than a day; Mondays look new. Answers to
-- outside clients, whose port is low by chance, are among the second. An AWS service's changing addresses are one peer
-- where its name is logged (version 5). A gap in the logs before makes everything new: see coverage.sql.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@new_before', '2026-06-15'), ('@new_since', '2026-06-16'), ('@new_until', '2026-06-17'),
  ('@below', 32768), ('@top', 20);
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@inside', '["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "2600:1f18:4a3b:1200::/56",
                "2600:1f18:77aa:3400::/56", "2a05:d014:6c2:9a00::/56", "2a05:d018:1e7:4b00::/56"]');
CREATE TEMP TABLE IF NOT EXISTS own (cidr TEXT);
DELETE FROM temp.own;
INSERT INTO temp.own SELECT value FROM json_each(@inside);
SELECT srcaddr, sum(flows) AS flows, sum(bytes) AS bytes,
       coalesce(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected,
       datetime(min(first_seen), 'unixepoch') AS first_seen, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @new_before AND until = @new_until AND cidr_lookup('own', 'cidr', srcaddr) IS NOT NULL
 GROUP BY srcaddr HAVING min(flowlogs_rollup.first_seen) >= ifnull(unixepoch(@new_since, 'auto'), 0)
 ORDER BY sum(flows) DESC, srcaddr LIMIT @top;
SELECT srcaddr, coalesce(pkt_dst_aws_service, dstaddr) AS peer, dstport, port_name(dstport) AS service,
       iif(cidr_lookup('own', 'cidr', dstaddr) IS NULL, 'outside', 'inside') AS side,
       sum(flows) AS flows, sum(bytes) AS bytes, datetime(min(first_seen), 'unixepoch') AS first_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @new_before AND until = @new_until AND action IS NOT 'REJECT' AND dstport < @below
   AND cidr_lookup('own', 'cidr', srcaddr) IS NOT NULL
 GROUP BY srcaddr, peer, dstport HAVING min(flowlogs_rollup.first_seen) >= ifnull(unixepoch(@new_since, 'auto'), 0)
 ORDER BY sum(bytes) DESC, srcaddr, peer, dstport LIMIT @top;
