-- SELECT * shows the default fields. Every other field can be selected by its name.
.mode quote
.headers on
SELECT * FROM flowlogs('tests/data/edge/headerless-default.log');
SELECT srcaddr, srcport, action, vpc_id, start_time, end_time FROM flowlogs('tests/data/AWSLogs') LIMIT 3;
.mode list
-- types
SELECT DISTINCT typeof(version), typeof(account_id), typeof(srcport), typeof(bytes), typeof(start), typeof("end"),
  typeof(action), typeof(line), typeof(file), typeof(start_time) FROM flowlogs('tests/data/edge/custom-order.log');
SELECT typeof(srcport), srcport, bytes, account_id FROM flowlogs('tests/data/edge/big-values.log');
-- Rows with NODATA and SKIPDATA are kept, and their dashes are NULL.
SELECT log_status, srcaddr, bytes, start IS NOT NULL, action FROM flowlogs('tests/data/edge/nodata.log');
-- Column names that are keywords need no quotes.
SELECT start, end, type, action FROM flowlogs('tests/data/edge/custom-order.log') LIMIT 1;
-- file, line, raw
SELECT file, line, raw FROM flowlogs('tests/data/edge/blank-lines.log');
SELECT raw FROM flowlogs('tests/data/edge/crlf.log') LIMIT 1;
-- Fields that are unknown go into the column extra.
SELECT extra, extra ->> 'future_field' FROM flowlogs('tests/data/edge/unknown-field.log') LIMIT 2;
SELECT extra FROM flowlogs('tests/data/edge/crlf.log') LIMIT 1;
