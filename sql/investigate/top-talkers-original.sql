-- Who sends most, by the address that the packets carry?
-- Athena's name: TopTalkersPacketLevel.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/top-talkers-original.sql'
--
-- Behind a NAT gateway or a transit gateway, and for the secondary address of a pod, pkt_srcaddr
-- is the true end, while srcaddr is an intermediate address. `translated` is the number of bytes
-- for which the two differ. The query needs pkt_srcaddr (version 3).
--
-- Traffic between two interfaces that both write logs is in the logs twice, a NAT gateway logs
-- both of its legs, and the logs of a transit gateway contain the traffic once more. The
-- condition AND flow_direction = 'egress' AND tgw_id IS NULL (version 5) counts once what each
-- interface sent. Where records were lost (SKIPDATA), sums are lower bounds.
--
-- The last answer says how many files have the field. Where none has it, the logs cannot answer
-- the question.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT pkt_srcaddr, sum(flows) AS flows, sum(bytes) AS bytes,
       sum(bytes * (pkt_srcaddr <> srcaddr)) AS translated,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND pkt_srcaddr IS NOT NULL
 GROUP BY pkt_srcaddr ORDER BY bytes DESC, pkt_srcaddr LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' pkt-srcaddr ') > 0) AS with_pkt_srcaddr
  FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL;
