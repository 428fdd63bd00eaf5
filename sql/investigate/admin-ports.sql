-- Who talks most on the ports of administration: FTP, SSH, Telnet, SMB, RDP, VNC and WinRM? One
-- row per client, with both directions.
-- Athena's name: AdminPortTraffic.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/admin-ports.sql'
--
-- Traffic between two interfaces that both write logs is in the logs twice, a NAT gateway logs
-- both of its legs, and the logs of a transit gateway contain the traffic once more. The
-- condition AND flow_direction = 'egress' AND tgw_id IS NULL (version 5) counts once what each
-- interface sent. Where records were lost (SKIPDATA), sums are lower bounds.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
WITH admin(port) AS (VALUES (21), (22), (23), (135), (139), (445), (3389), (5900), (5985), (5986))
SELECT iif(dstport IN admin, srcaddr, dstaddr) AS client, iif(dstport IN admin, dstport, srcport) AS port,
       port_name(iif(dstport IN admin, dstport, srcport), 6) AS service,
       count(DISTINCT iif(dstport IN admin, dstaddr, srcaddr)) AS servers, sum(flows) AS flows,
       sum(flows * (action = 'REJECT')) AS rejected, sum(bytes) AS bytes,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND port IN admin AND protocol = 6
   AND srcport >= 0 AND dstport >= 0 -- an error if no file has them
 GROUP BY 1, 2 ORDER BY bytes DESC, client, port LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
