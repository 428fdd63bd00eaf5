-- Who sends UDP, to which service, and to how many others?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/udp-sources.sql'
--
-- `port` is the lower of the two ports, so questions and answers are both included. Questions to
-- Amazon's own DNS server and DHCP are never logged.
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
SELECT srcaddr, min(srcport, dstport) AS port, port_name(min(srcport, dstport), 17) AS service,
       count(DISTINCT dstaddr) AS peers, sum(flows) AS flows, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND protocol = 17
 GROUP BY 1, 2 ORDER BY flows DESC, bytes DESC, srcaddr, port LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
