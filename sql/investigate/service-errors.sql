-- Errors by pair of AWS services: which share of the records between them was rejected.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/service-errors.sql'
--
-- Services are those of pkt-src-aws-service and pkt-dst-aws-service (version 5); `-` is an address of no AWS service,
-- your own among them. Flow logs know no errors but rejects, and these cover packets that come after a connection was
-- closed. `unanswered` are accepted TCP records with SYN and no other flag: nobody answered them, or not in that
-- interval. Last: how many files have the field at all; where none has, the logs can't tell.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL);
SELECT coalesce(pkt_src_aws_service, '-') AS source, coalesce(pkt_dst_aws_service, '-') AS destination, sum(flows) AS flows,
       coalesce(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected,
       printf('%d %%', 100 * coalesce(sum(flows) FILTER (WHERE action = 'REJECT'), 0) / sum(flows)) AS share,
       coalesce(sum(flows) FILTER (WHERE action = 'ACCEPT' AND tcp_flags = 2), 0) AS unanswered, sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND ifnull(log_status, 'OK') = 'OK' AND flow_direction IS NOT NULL
 GROUP BY 1, 2 ORDER BY rejected DESC, flows DESC, 1, 2;
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '_', '-') || ' ', ' pkt-src-aws-service ') > 0) AS with_pkt_src_aws_service
  FROM flowlogs_files(@logs) WHERE fields IS NOT NULL;
