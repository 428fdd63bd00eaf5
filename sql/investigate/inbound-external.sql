-- Inbound from outside: what of ours was reached or tried, and by whom most.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @top       rows of each answer
--   @inside    your networks, a JSON array of prefixes: add the IPv6 blocks of your VPCs, and your public addresses
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/inbound-external.sql'
--
-- Accepted records count if they go to the lower port of the two: the others are answers to connections from inside.
-- Rejected ones count all; those at high ports are mostly late packets of closed connections. First: by our address and
-- port. `accepted` on anything but your public services is what to look at. Second: by source.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
.read sql/inside.sql
DROP TABLE IF EXISTS temp.inbound;
CREATE TEMP TABLE inbound AS
SELECT srcaddr, dstaddr, protocol, dstport, count(*) FILTER (WHERE action = 'ACCEPT') AS accepted,
       count(*) FILTER (WHERE action = 'REJECT') AS rejected, coalesce(sum(bytes), 0) AS bytes,
       min(start) AS first, max("end") AS last
  FROM flowlogs(@logs)
 WHERE (action = 'REJECT' OR dstport < srcport OR protocol NOT IN (6, 17)) AND action IS NOT NULL
   AND since = @since AND until = @until
   AND srcaddr IS NOT NULL -- a source that isn't logged is neither inside nor outside
   AND cidr_lookup('own', 'cidr', srcaddr) IS NULL AND cidr_lookup('own', 'cidr', dstaddr) IS NOT NULL
 GROUP BY srcaddr, dstaddr, protocol, dstport;
SELECT dstaddr,
       ifnull(protocol_name(protocol), protocol) || ' ' || dstport
         || coalesce(' ' || port_name(dstport, protocol), '') AS service,
       count(DISTINCT srcaddr) AS sources, sum(accepted) AS accepted, sum(rejected) AS rejected, sum(bytes) AS bytes,
       substr(datetime(max(last), 'unixepoch'), 1, 16) AS last_seen
  FROM inbound GROUP BY dstaddr, protocol, dstport
 ORDER BY sum(accepted) DESC, sum(rejected) DESC, dstaddr, protocol, dstport LIMIT @top;
SELECT srcaddr, ip_scope(srcaddr) AS scope, count(DISTINCT dstaddr) AS hosts, count(DISTINCT dstport) AS ports,
       sum(accepted) AS accepted, sum(rejected) AS rejected, sum(bytes) AS bytes,
       datetime(min(first), 'unixepoch') AS first_seen, datetime(max(last), 'unixepoch') AS last_seen
  FROM inbound GROUP BY srcaddr ORDER BY sum(rejected) DESC, sum(accepted) DESC, srcaddr LIMIT @top;
