-- Which uncommon ports were tried from outside?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @common             the ports that are usual here, a JSON array; default: those of SSH, mail,
--                       DNS, NTP, HTTP, HTTPS and RDP
--   @below              ports below this one are ports of services, the others are ephemeral;
--                       default 32768
--   @top                number of rows; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/uncommon-ports.sql'
--
-- One row per port, those with accepted records first. Ports from @below on are ephemeral:
-- answers to connections from inside, and late packets of closed connections, go there. Accepted
-- records count if they go to the lower of the two ports. A NAT gateway uses ports from 1024 on
-- for its own connections, so its answers look like attempts if the port of the other end is
-- higher.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20), ('@inside', NULL), ('@below', 32768), ('@common', '[22, 25, 53, 80, 123, 443, 465, 587, 993, 3389, 8080, 8443]');
SELECT 1 WHERE NOT flowlogs_require(
  iif(json_valid(@common), json_type(@common) = 'array'
      AND NOT EXISTS (SELECT 1 FROM json_each(@common) WHERE ifnull(CAST(value AS INTEGER) <> value, 1)), 0),
  'flowlogs: @common must be a JSON array of ports: .parameter set @common ''[22, 443]''');
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT dstport || coalesce(' ' || port_name(dstport), '') AS service, count(DISTINCT srcaddr) AS sources,
       count(DISTINCT dstaddr) AS hosts, count(*) FILTER (WHERE action = 'ACCEPT') AS accepted,
       count(*) FILTER (WHERE action = 'REJECT') AS rejected,
       min(srcaddr) AS one_source, substr(min(start_time), 1, 16) AS first_seen, substr(max(end_time), 1, 16) AS last_seen
  FROM flowlogs(@logs, @on_error, @format)
 WHERE (action = 'REJECT' OR dstport < srcport) AND action IN ('ACCEPT', 'REJECT') AND protocol IN (6, 17) AND dstport < @below
   AND srcport >= 0 -- an error if no file has it
   AND dstport NOT IN (SELECT value FROM json_each(@common))
   AND since = @since AND until = @until
   AND srcaddr IS NOT NULL -- a source that is not logged is neither inside nor outside
   AND NOT is_inside(srcaddr, @inside) AND is_inside(dstaddr, @inside)
 GROUP BY dstport ORDER BY accepted DESC, sources DESC, rejected DESC, dstport LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
