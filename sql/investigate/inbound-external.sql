-- Which of our addresses and ports were reached or tried from outside, and by whom most?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows of each answer; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/inbound-external.sql'
--
-- The first answer is by our address and port, and the second one by source. Look at accepted
-- records on anything but your public services. Accepted records count if they go to the lower of
-- the two ports, because the others are answers to connections from inside. All rejected records
-- count; those to high ports are mostly late packets of closed connections.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20), ('@inside', NULL);
DROP TABLE IF EXISTS temp.inbound;
CREATE TEMP TABLE inbound (srcaddr, dstaddr, protocol, dstport, accepted, rejected, bytes, first, last);
INSERT INTO inbound
SELECT srcaddr, dstaddr, protocol, dstport, count(*) FILTER (WHERE action = 'ACCEPT') AS accepted,
       count(*) FILTER (WHERE action = 'REJECT') AS rejected, sum(bytes) AS bytes,
       min(start) AS first, max("end") AS last
  FROM flowlogs(@logs, @on_error, @format)
 WHERE (action = 'REJECT' OR dstport < srcport OR protocol NOT IN (6, 17)) AND action IN ('ACCEPT', 'REJECT')
   AND since = @since AND until = @until
   AND srcaddr IS NOT NULL -- a source that is not logged is neither inside nor outside
   AND NOT is_inside(srcaddr, @inside) AND is_inside(dstaddr, @inside)
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
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM inbound);
