-- With on_error=fail, the first problem stops the query. The error names file, line and what to do.
SELECT count(*) FROM flowlogs('tests/data/edge/shifted.log');
SELECT count(*) FROM flowlogs('tests/data/edge/truncated.gz');
SELECT count(*) FROM flowlogs('tests/data/edge/corrupt-crc.gz');
SELECT count(*) FROM flowlogs('tests/data/edge/corrupt-middle.gz');
SELECT count(*) FROM flowlogs('tests/data/edge/trailing-garbage.gz');
SELECT count(*) FROM flowlogs('tests/data/edge/long-line.log');
SELECT count(*) FROM flowlogs('tests/data/edge/nul-bytes.log');
SELECT count(*) FROM flowlogs('tests/data/edge/duplicate-field.log');
SELECT count(*) FROM flowlogs('tests/data/edge/headerless-custom.log');
-- A file that is no flow log is an error if it is named, and is passed over in a folder.
SELECT count(*) FROM flowlogs('tests/data/edge/not-a-flow-log.txt');
SELECT count(*) FROM flowlogs('tests/data/edge/write-test');
SELECT count(*) FROM flowlogs('tests/data/edge/parquet.parquet');
SELECT count(*) FROM flowlogs('tests/data/edge/mixed');
SELECT count(*) FROM flowlogs('tests/data/edge/mixed/n*');
-- A file without a line or without a record is no error.
SELECT count(*) FROM flowlogs('tests/data/edge/empty.log');
SELECT count(*) FROM flowlogs('tests/data/edge/empty.gz');
SELECT count(*) FROM flowlogs('tests/data/edge/header-only.log');
-- The rows before the damage are returned before the error.
SELECT count(*) FROM (SELECT 1 FROM flowlogs('tests/data/edge/truncated.gz') LIMIT 20);
SELECT line FROM flowlogs('tests/data/edge/truncated.gz') WHERE line > 19;
-- With on_error=skip, everything that can be read is returned.
SELECT count(*) FROM flowlogs('tests/data/edge', 'skip');
SELECT count(*) FROM flowlogs('tests/data/edge') WHERE on_error = 'skip';
-- flowlogs_errors lists what was left out.
.mode list
.separator " | "
SELECT replace(file, 'tests/data/edge/', ''), line, reason, substr(raw, 1, 40) FROM flowlogs_errors('tests/data/edge');
SELECT count(*) FROM flowlogs_errors('tests/data/AWSLogs');
SELECT reason FROM flowlogs_errors('tests/data/edge/headerless-custom.log');
SELECT count(*) FROM flowlogs_errors('tests/data/edge/headerless-custom.log', 'srcaddr dstaddr dstport action bytes start');
SELECT count(*) FROM flowlogs_errors('tests/data/no-such-folder');
