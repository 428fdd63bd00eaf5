-- Prints the records as CSV with a header line.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds, @until not included; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           :memory: '.read sql/export/csv.sql' > flows.csv
--
-- The output follows RFC 4180: commas, CRLF, and quotes where they are needed. NULL is an empty
-- field. The columns are the fields up to version 5; add others, or csv_text(extra), behind them.
--
-- A spreadsheet computes a field that begins with = + - @, a tab or a line break. csv_text() puts a '
-- in front of such a text, and in front of one that has such a sign behind quotes. Numbers, times and
-- addresses never begin so. Who imports the file elsewhere gets the text x back with
--
--   iif(csv_text(substr(x, 2)) = x, substr(x, 2), x)
--
-- Rows come in the order of files and lines, which is the same every time. ORDER BY start would
-- hold all rows back to sort them. With a period, only files that can contain its records are read.
-- AWS's file names tell which these are; files with other names are all read.
--
-- Where a file cannot be read, the output ends, and the exit status is 1.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
.mode csv
.headers on
.nullvalue ""
SELECT csv_text(file) AS file, line, start_time, end_time, version,
       csv_text(account_id) AS account_id, csv_text(interface_id) AS interface_id, srcaddr,
       dstaddr, srcport, dstport, protocol, packets, bytes, start, "end", action, log_status,
       csv_text(vpc_id) AS vpc_id, csv_text(subnet_id) AS subnet_id,
       csv_text(instance_id) AS instance_id, tcp_flags, csv_text(type) AS type, pkt_srcaddr,
       pkt_dstaddr, csv_text(region) AS region, csv_text(az_id) AS az_id,
       csv_text(sublocation_type) AS sublocation_type, csv_text(sublocation_id) AS sublocation_id,
       csv_text(pkt_src_aws_service) AS pkt_src_aws_service,
       csv_text(pkt_dst_aws_service) AS pkt_dst_aws_service,
       csv_text(flow_direction) AS flow_direction, traffic_path
  FROM flowlogs(@logs, @on_error, @format)
 WHERE since = @since AND until = @until;
