-- What is going on now? One row per connection (addresses, ports, protocol) with its latest
-- interval, the newest first.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/connections-latest.sql'
--
-- Where two interfaces logged a connection at the same time, the row is that of the first record.
-- Every record of the period is sorted. If there are millions of records, make the period shorter
-- with @since, or add a condition such as AND srcaddr = '10.0.0.5' to the query.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT datetime("end", 'unixepoch') AS last_seen, srcaddr, srcport, dstaddr, dstport,
       ifnull(protocol_name(protocol), protocol) AS protocol, bytes, action
  FROM (SELECT srcaddr, srcport, dstaddr, dstport, protocol, start, "end", bytes, action,
               row_number() OVER (PARTITION BY srcaddr, srcport, dstaddr, dstport, protocol
                                  ORDER BY start DESC, "end" DESC, rowid) AS age
          FROM flowlogs(@logs, @on_error, @format)
         WHERE since = @since AND until = @until
           AND srcaddr IS NOT NULL)
 WHERE age = 1
 ORDER BY "end" DESC, start DESC, srcaddr, srcport, dstaddr, dstport, protocol LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
