-- The records as CSV with a header line, by RFC 4180: commas, CRLF, quotes where they are needed.  NULL is an empty field.
--
--   @logs   files, folder or pattern            @since, @until   period of `start`, UTC text or Unix seconds
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           :memory: '.read sql/export/csv.sql' > flows.csv
--
-- The fields up to version 5; put others, or `extra`, behind them.  The rows come in the order of files and lines, which is
-- the same every time; ORDER BY start would hold them all back to sort them.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/03/10/*T17*'), ('@since', NULL), ('@until', NULL);
.mode csv
.headers on
SELECT file, line, start_time, end_time, version, account_id, interface_id, srcaddr, dstaddr, srcport, dstport, protocol,
       packets, bytes, start, "end", action, log_status, vpc_id, subnet_id, instance_id, tcp_flags, type,
       pkt_srcaddr, pkt_dstaddr, region, az_id, sublocation_type, sublocation_id,
       pkt_src_aws_service, pkt_dst_aws_service, flow_direction, traffic_path
  FROM flowlogs(@logs)
 WHERE start >= CASE WHEN typeof(@since) = 'text' THEN unixepoch(@since) ELSE coalesce(@since, start) END;
