-- Attempts from outside on uncommon ports.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @common    ports that are usual here, a JSON array      @below   ports below this one      @top   rows
--   @inside    your networks, a JSON array of prefixes: add the IPv6 blocks of your VPCs, and your public addresses
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/uncommon-ports.sql'
--
-- One row for each port; `accepted` of them first. From @below on ports are ephemeral: answers to connections from
-- inside, and late packets of closed ones, end there. Accepted records count if they go to the lower port of the two. A
-- NAT gateway uses ports from 1024 on for its own connections: its answers look like attempts where the other side's
-- port is higher.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20), ('@below', 32768),
  ('@common', '[22, 25, 53, 80, 123, 443, 465, 587, 993, 3389, 8080, 8443]');
.read sql/inside.sql
SELECT dstport || coalesce(' ' || port_name(dstport), '') AS service, count(DISTINCT srcaddr) AS sources,
       count(DISTINCT dstaddr) AS hosts, count(*) FILTER (WHERE action = 'ACCEPT') AS accepted,
       count(*) FILTER (WHERE action = 'REJECT') AS rejected,
       min(srcaddr) AS one_source, substr(min(start_time), 1, 16) AS first_seen, substr(max(end_time), 1, 16) AS last_seen
  FROM flowlogs(@logs)
 WHERE (action = 'REJECT' OR dstport < srcport) AND action IS NOT NULL AND protocol IN (6, 17) AND dstport < @below
   AND dstport NOT IN (SELECT value FROM json_each(@common))
   AND since = @since AND until = @until
   AND srcaddr IS NOT NULL -- a source that isn't logged is neither inside nor outside
   AND cidr_lookup('own', 'cidr', srcaddr) IS NULL AND cidr_lookup('own', 'cidr', dstaddr) IS NOT NULL
 GROUP BY dstport ORDER BY accepted DESC, sources DESC, rejected DESC, dstport LIMIT @top;
