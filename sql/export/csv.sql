-- The records as CSV with a header line, by RFC 4180: commas, CRLF, quotes where they are needed.  NULL is an empty field.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text '2026-03-09 08:00'; until not included
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           :memory: '.read sql/export/csv.sql' > flows.csv
--
-- The fields up to version 5; put others, or `extra`, behind them.  The rows come in the order of files and lines, which is
-- the same every time; ORDER BY start would hold them all back to sort them.  Of a period, the files are
-- read that can hold it, by AWS's names for them; all that are named otherwise.
-- Where a file can't be read, the output ends, and the exit status is 1.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL);
.mode csv
.headers on
.nullvalue ""
SELECT file, line, start_time, end_time, version, account_id, interface_id, srcaddr, dstaddr, srcport, dstport, protocol,
       packets, bytes, start, "end", action, log_status, vpc_id, subnet_id, instance_id, tcp_flags, type,
       pkt_srcaddr, pkt_dstaddr, region, az_id, sublocation_type, sublocation_id,
       pkt_src_aws_service, pkt_dst_aws_service, flow_direction, traffic_path
  FROM flowlogs(@logs)
 WHERE since = @since AND until = @until;
