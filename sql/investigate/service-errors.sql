-- Which share of the records between two AWS services was rejected?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/service-errors.sql'
--
-- The services are those of pkt_src_aws_service and pkt_dst_aws_service (version 5); `-` is an
-- address that belongs to no AWS service, such as your own. Rejects are the only errors that flow
-- logs know. A packet that arrives after its connection was closed is rejected, too. `unanswered`
-- counts accepted TCP records with SYN and no other flag: nobody answered, or not in that
-- interval.
--
-- The last answer says how many files have each field. What depends on a field that none of them
-- has, the logs cannot tell.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT coalesce(pkt_src_aws_service, '-') AS source,
       coalesce(pkt_dst_aws_service, '-') AS destination, sum(flows) AS flows,
       sum(flows * (action = 'REJECT')) AS rejected,
       (100 * sum(flows * (action = 'REJECT')) / sum(flows)) || ' %' AS share,
       sum(flows * (action = 'ACCEPT') * iif(protocol <> 6, 0, tcp_flags = 2)) AS unanswered,
       sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND ifnull(log_status, 'OK') = 'OK' AND flow_direction IS NOT NULL
 GROUP BY 1, 2 ORDER BY rejected DESC, flows DESC, 1, 2;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files, sum(f LIKE '% flow-direction %') AS with_flow_direction,
       sum(f LIKE '% pkt-src-aws-service %') AS with_pkt_src_aws_service,
       sum(f LIKE '% pkt-dst-aws-service %') AS with_pkt_dst_aws_service
  FROM (SELECT ' ' || replace(fields, '"', ' ') || ' ' AS f
          FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL);
