-- In which hours and on which interfaces were records lost (SKIPDATA), and what was recorded
-- there nevertheless?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/skipdata.sql'
--
-- One SKIPDATA record can stand for any number of lost records. Every sum over these interfaces
-- and hours is a lower bound, and no record does not mean no traffic there. No row means that
-- nothing was lost. Where no file has log_status, which the default format has, that is an error.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT hour, ifnull(interface_id, tgw_attachment_id) AS interface_id,
       sum(flows) FILTER (WHERE log_status = 'SKIPDATA') AS skipped,
       sum(flows * (log_status = 'OK')) AS recorded,
       datetime(min(first_seen) FILTER (WHERE log_status = 'SKIPDATA'), 'unixepoch') AS from_time,
       datetime(max(last_seen) FILTER (WHERE log_status = 'SKIPDATA'), 'unixepoch') AS to_time
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND log_status IN ('OK', 'SKIPDATA')
 GROUP BY 1, 2 HAVING skipped > 0 ORDER BY 1, 2 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
