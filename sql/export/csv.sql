-- Prints the records as CSV with a header line.
--
--   @logs           a file, a folder or a pattern
--   @since, @until  the period of `start`, UTC text such as '2026-03-09 08:00' or Unix seconds,
--                   @until not included; default: no limit
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           :memory: '.read sql/export/csv.sql' > flows.csv
--
-- The output follows RFC 4180: commas, CRLF, and quotes where they are needed. NULL is an empty
-- field. The columns are the fields up to version 5; add others, or `extra`, behind them.
--
-- Rows come in the order of files and lines, which is the same every time. ORDER BY start would
-- hold all rows back to sort them. With a period, only files that can contain its records are read.
-- AWS's file names tell which these are; files with other names are all read.
--
-- Where a file cannot be read, the output ends, and the exit status is 1.
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
