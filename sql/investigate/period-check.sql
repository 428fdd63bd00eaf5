-- Is the period complete? Records of each day, and five-minute files that are missing, by flow
-- log.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/period-check.sql'
--
-- The first answer has the records of each day by account and region. Where the records do not
-- have these fields, they are those of the path; `-` is a region that is in neither. Compare the
-- counts with what you expect, or with the count(*) of Athena. The second answer uses the names
-- of the files. AWS names a file after the five minutes in which it ends. `windows` is the number
-- of different five-minute windows, and `missing` is the number of windows between the first and
-- the last one that have no file. A flow log without traffic in a window has no file for it, so
-- quiet flow logs have gaps; a busy flow log with gaps lacks partitions or was not copied
-- completely. Several files per window are usual. Files with other names count as files, but in
-- no window.
--
-- If the period is limited, the files count that a query of the period reads: those of ten
-- minutes before it to 76 minutes behind it, because a record that is delivered up to an hour
-- late lies in a later file. (A file with something added to AWS's name counts by the time in
-- it.) If there is no record in the period, a last answer says which files there are.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT day, account_id, coalesce(region, '-') AS region,
       sum(flows * (ifnull(log_status, 'OK') = 'OK')) AS flows,
       sum(flows * (log_status = 'NODATA')) AS nodata,
       sum(flows * (log_status = 'SKIPDATA')) AS skipdata,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT printable(region) AS region, printable(flow_log_id) AS flow_log_id, count(*) AS files,
       count(DISTINCT delivered) AS windows,
       (max(delivered) - min(delivered)) / 300 + 1 - count(DISTINCT delivered) AS missing,
       sum(rows) AS records, substr(datetime(min(delivered), 'unixepoch'), 1, 16) AS first_file,
       substr(datetime(max(delivered), 'unixepoch'), 1, 16) AS last_file
  FROM flowlogs_files(@logs, @format)
 WHERE delivered IS NULL OR delivered >= ifnull(unixepoch(@since, 'auto'), 0) - 600
   AND delivered < ifnull(unixepoch(@until, 'auto'), 1e12) + 4560
 GROUP BY region, flow_log_id ORDER BY region, flow_log_id;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at,
       first_file, last_file FROM (SELECT datetime(min(delivered), 'unixepoch') AS first_file,
         datetime(max(delivered), 'unixepoch') AS last_file FROM flowlogs_files(@logs, @format))
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
