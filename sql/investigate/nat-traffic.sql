-- What goes to the internet and comes from it through the NAT gateway, by instance and remote
-- address?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @nat                one NAT gateway, by its interface or its private address; default NULL:
--                       all
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/nat-traffic.sql'
--
-- The query needs pkt_srcaddr, pkt_dstaddr and instance_id (version 3). The interface of a NAT
-- gateway logs each packet on two legs. Only the inner leg is counted, because it shows both true
-- ends; so each packet counts once. A record is of an inner leg if it has no instance and an
-- original address that differs from the address; where interface_type (version 11) is logged, it
-- must also name a NAT gateway. The records of a regional NAT gateway (resource_id) show no legs
-- and are not counted.
--
-- The last answer says how many files have each field. What depends on a field that none of them
-- has, the logs cannot tell.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@nat', NULL), ('@top', 20);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT iif(dstaddr <> pkt_dstaddr, srcaddr, dstaddr) AS inside,
       iif(dstaddr <> pkt_dstaddr, pkt_dstaddr, pkt_srcaddr) AS remote,
       iif(dstaddr <> pkt_dstaddr, dstport, srcport) AS port,
       port_name(iif(dstaddr <> pkt_dstaddr, dstport, srcport), protocol) AS service,
       ifnull(sum(bytes) FILTER (WHERE dstaddr <> pkt_dstaddr), 0) AS sent,
       ifnull(sum(bytes) FILTER (WHERE srcaddr <> pkt_srcaddr), 0) AS received,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND instance_id IS NULL AND ifnull(interface_type, 'nat') LIKE '%nat%'
   AND (dstaddr <> pkt_dstaddr OR srcaddr <> pkt_srcaddr)
   AND (@nat IS NULL OR @nat IN (interface_id, srcaddr, dstaddr))
 GROUP BY 1, 2, 3, protocol
 ORDER BY sent + received DESC, inside, remote, port, protocol LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' instance-id ') > 0) AS with_instance_id,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' pkt-srcaddr ') > 0) AS with_pkt_srcaddr,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' pkt-dstaddr ') > 0) AS with_pkt_dstaddr
  FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL;
