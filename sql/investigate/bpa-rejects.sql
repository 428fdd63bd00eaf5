-- What VPC Block Public Access, or encryption controls, reject (reject-reason BPA, EC).
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @top       rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/bpa-rejects.sql'
--
-- reject-reason is of version 8. Records of BPA have no byte count, and SKIPDATA is never written for them, so packets
-- are what there is. Sources in your own lists of partners and customers are what breaks when BPA is switched on. Last:
-- how many files have the field at all; where none has, the logs can't tell.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT reject_reason AS reason, flow_direction AS direction, dstaddr, dstport, count(DISTINCT srcaddr) AS sources,
       sum(flows) AS flows, sum(packets) AS packets, datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs) WHERE since = @since AND until = @until AND reject_reason IS NOT NULL
 GROUP BY reason, direction, dstaddr, dstport ORDER BY flows DESC, reason, direction, dstaddr, dstport LIMIT @top;
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '_', '-') || ' ', ' reject-reason ') > 0) AS with_reject_reason
  FROM flowlogs_files(@logs) WHERE fields IS NOT NULL;
