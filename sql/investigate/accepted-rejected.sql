-- How much traffic was accepted and how much was rejected, hour by hour?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/accepted-rejected.sql'
--
-- A rising share of rejected records is a scan, a changed security group, or a service that
-- stopped. A packet that arrives after its connection was closed is rejected, too. Transit
-- gateways log neither ACCEPT nor REJECT, so their records are left out; where no file has
-- `action`, that is an error.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
WITH hours AS (
  SELECT hour, sum(flows * (action = 'ACCEPT')) AS accepted,
         sum(flows * (action = 'REJECT')) AS rejected,
         count(DISTINCT iif(action = 'REJECT', srcaddr, NULL)) AS rejected_sources
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE since = @since AND until = @until AND action IN ('ACCEPT', 'REJECT') GROUP BY hour)
SELECT hour, accepted, rejected, (100 * rejected / (accepted + rejected)) || ' %' AS share,
       rejected_sources, substr('##################################################', 1,
                                50 * rejected / (accepted + rejected)) AS rejected_part
  FROM hours ORDER BY hour;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
