-- What did VPC Block Public Access (reject_reason BPA) or encryption controls (EC) reject?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/bpa-rejects.sql'
--
-- The query needs reject_reason (version 8). Records of BPA have no byte count, and SKIPDATA is
-- never written for them, so the answer counts packets. The sources that are your partners or
-- customers are what breaks when BPA is switched on.
--
-- The last answer says how many files have the field. Where none has it, the logs cannot answer
-- the question.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT reject_reason AS reason, flow_direction AS direction, dstaddr, dstport,
       count(DISTINCT srcaddr) AS sources, sum(flows) AS flows, sum(packets) AS packets,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND reject_reason IS NOT NULL
 GROUP BY 1, 2, 3, 4 ORDER BY sum(flows) DESC, 1, 2, 3, 4 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files, sum(f LIKE '% reject-reason %') AS with_reject_reason
  FROM (SELECT ' ' || replace(fields, '"', ' ') || ' ' AS f
          FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL);
