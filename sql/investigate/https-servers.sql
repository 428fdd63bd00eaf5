-- Which internal server got most HTTPS packets in a week, and from how many clients.
--
--   @logs   files, folder or pattern
--   @week   its first day, UTC text or Unix seconds: set it, only the sample's logs have a default
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @week \"'2026-03-09'\"" \
--           :memory: '.read sql/investigate/https-servers.sql'
--
-- Internal is what has a private address; the IPv6 addresses of a VPC are public ones: cidr_match(dstaddr, …) finds
-- yours. A NAT gateway is among them with what it passes on. Traffic between two interfaces that are both logged counts
-- twice: AND flow_direction = 'ingress' (version 5) counts what arrives once. HTTP/3 is UDP: leave out the protocol.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
-- For the sample, and for no other logs: the last line takes it away.
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT '@week', '2026-03-09' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(@week IS NOT NULL,
  'flowlogs: @week must be a day: .parameter set @week "''2026-03-09''"');
SELECT dstaddr, sum(packets) AS packets, sum(bytes) AS bytes, sum(flows) AS flows,
       count(DISTINCT srcaddr) AS clients,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @week AND until = datetime(@week, 'auto', '+7 days')
   AND dstport = 443 AND protocol = 6 AND action = 'ACCEPT' AND ip_is_private(dstaddr)
 GROUP BY dstaddr ORDER BY packets DESC, dstaddr LIMIT @top;
DELETE FROM temp.sqlite_parameters WHERE key = '@week' AND value = '2026-03-09' AND @logs = 'tests/data/AWSLogs';
