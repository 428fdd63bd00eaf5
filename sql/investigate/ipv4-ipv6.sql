-- How much of the traffic is IPv4, and how much is IPv6?
-- Athena's name: IPv4Traffic, IPv6Traffic.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/ipv4-ipv6.sql'
--
-- The answer looks at the addresses, because only version 3 and later have `type`. EFA traffic
-- has addresses of either kind.
--
-- Traffic between two interfaces that both write logs is in the logs twice, a NAT gateway logs
-- both of its legs, and the logs of a transit gateway contain the traffic once more. The
-- condition AND flow_direction = 'egress' AND tgw_id IS NULL (version 5) counts once what each
-- interface sent. Where records were lost (SKIPDATA), sums are lower bounds.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT 'IPv' || ip_family(srcaddr) AS family, sum(flows) AS flows, sum(packets) AS packets,
       sum(bytes) AS bytes, iif(sum(bytes) IS NULL, NULL,
         printf('%.2f %%', 100.0 * sum(bytes) / sum(sum(bytes)) OVER ())) AS share,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND srcaddr IS NOT NULL GROUP BY family ORDER BY family;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
