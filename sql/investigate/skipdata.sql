-- Where records were lost: the hours with SKIPDATA, on which interfaces, and what was recorded there all the same.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/skipdata.sql'
--
-- One SKIPDATA record can stand for any number of lost ones: every sum over these interfaces and hours is a lower
-- bound, and "no record" there doesn't mean "no traffic". No rows here mean that nothing was lost, where
-- log-status is logged: the default format has it.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT hour, ifnull(interface_id, tgw_attachment_id) AS interface_id,
       sum(flows) FILTER (WHERE log_status = 'SKIPDATA') AS skipped,
       ifnull(sum(flows) FILTER (WHERE log_status = 'OK'), 0) AS recorded,
       datetime(min(first_seen) FILTER (WHERE log_status = 'SKIPDATA'), 'unixepoch') AS from_time,
       datetime(max(last_seen) FILTER (WHERE log_status = 'SKIPDATA'), 'unixepoch') AS to_time
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND log_status IN ('OK', 'SKIPDATA')
 GROUP BY 1, 2 HAVING skipped > 0 ORDER BY 1, 2 LIMIT @top;
