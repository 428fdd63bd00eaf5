-- What can the logs not tell, because records were lost, interfaces were silent for long, or
-- files cannot be read?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @gap                a gap is this number of seconds without any record of an interface;
--                       default 900
--   @top                number of rows of each answer; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/coverage.sql'
--
-- The first answer lists interfaces with SKIPDATA records, which mean that records were lost and
-- that every sum is a lower bound, and interfaces that have nothing but NODATA records. Logs
-- without log_status do not tell whether records were lost, so all their interfaces are listed.
--
-- The second answer lists gaps in time. An interface without traffic still writes NODATA records,
-- so a gap means that the flow log or the interface did not exist, or that files are missing (see
-- period-check.sql). SKIPDATA records do not fill a gap. The beginning and the end of the period
-- are not gaps.
--
-- The third answer counts the files by kind. It is followed by the files that have errors or were
-- passed over, if there are any. The first two queries stop at a file that cannot be read.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@gap', 900);
SELECT account_id, coalesce(interface_id, tgw_attachment_id) AS interface,
       sum(flows * (ifnull(log_status, 'OK') = 'OK')) AS ok,
       sum(flows * (log_status = 'NODATA')) AS nodata,
       sum(flows * (log_status = 'SKIPDATA')) AS skipdata,
       datetime(max(iif(log_status = 'SKIPDATA', last_seen, NULL)), 'unixepoch') AS last_skipdata,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
 GROUP BY 1, 2 HAVING skipdata > 0 OR ok = 0 OR skipdata IS NULL
 ORDER BY skipdata DESC, interface, account_id LIMIT @top;
WITH told AS (
  SELECT coalesce(interface_id, tgw_attachment_id) AS interface, min(first_seen) AS first,
         max(max(last_seen)) OVER (PARTITION BY coalesce(interface_id, tgw_attachment_id)
           ORDER BY minute ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS told_until
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE since = @since AND until = @until AND log_status IS NOT 'SKIPDATA' GROUP BY 1, minute)
SELECT datetime(told_until, 'unixepoch') AS gap_from, datetime(first, 'unixepoch') AS gap_to,
       first - told_until AS seconds, count(*) AS interfaces, min(interface) AS one_of_them
  FROM told WHERE first - told_until >= @gap GROUP BY told_until / 300, first / 300
 ORDER BY seconds DESC, gap_from, gap_to, one_of_them LIMIT @top;
SELECT kind, count(*) AS files, sum(rows) AS records, sum(errors) AS errors,
       count(note) AS with_a_note FROM flowlogs_files(@logs, @format) GROUP BY kind ORDER BY kind;
SELECT printable(path) AS path, kind, rows, errors, note FROM flowlogs_files(@logs, @format)
 WHERE errors > 0 OR note IS NOT NULL ORDER BY path LIMIT @top;
