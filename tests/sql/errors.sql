-- Strict: the first thing that can't be used stops the query, with file, line and what to do.
SELECT count(*) FROM flowlogs('tests/data/edge/shifted.log');
SELECT count(*) FROM flowlogs('tests/data/edge/truncated.gz');
SELECT count(*) FROM flowlogs('tests/data/edge/corrupt-crc.gz');
SELECT count(*) FROM flowlogs('tests/data/edge/corrupt-middle.gz');
SELECT count(*) FROM flowlogs('tests/data/edge/trailing-garbage.gz');
SELECT count(*) FROM flowlogs('tests/data/edge/long-line.log');
SELECT count(*) FROM flowlogs('tests/data/edge/nul-bytes.log');
SELECT count(*) FROM flowlogs('tests/data/edge/duplicate-field.log');
SELECT count(*) FROM flowlogs('tests/data/edge/headerless-custom.log');
-- What is no flow log is an error when named, and passed over in a folder.
SELECT count(*) FROM flowlogs('tests/data/edge/not-a-flow-log.txt');
SELECT count(*) FROM flowlogs('tests/data/edge/write-test');
SELECT count(*) FROM flowlogs('tests/data/edge/parquet.parquet');
SELECT count(*) FROM flowlogs('tests/data/edge/mixed');
SELECT count(*) FROM flowlogs('tests/data/edge/mixed/n*');
-- No line and no record are no errors.
SELECT count(*) FROM flowlogs('tests/data/edge/empty.log');
SELECT count(*) FROM flowlogs('tests/data/edge/empty.gz');
SELECT count(*) FROM flowlogs('tests/data/edge/header-only.log');
-- The rows before a damage come first.
SELECT count(*) FROM (SELECT 1 FROM flowlogs('tests/data/edge/truncated.gz') LIMIT 20);
SELECT line FROM flowlogs('tests/data/edge/truncated.gz') WHERE line > 19;
-- on_error=skip: all that can be read.
SELECT count(*) FROM flowlogs('tests/data/edge', 'skip');
SELECT count(*) FROM flowlogs('tests/data/edge') WHERE on_error = 'skip';
-- and the rest of it
.mode list
.separator " | "
SELECT replace(file, 'tests/data/edge/', ''), line, reason, substr(raw, 1, 40) FROM flowlogs_errors('tests/data/edge');
SELECT count(*) FROM flowlogs_errors('tests/data/AWSLogs');
SELECT reason FROM flowlogs_errors('tests/data/edge/headerless-custom.log');
SELECT count(*) FROM flowlogs_errors('tests/data/edge/headerless-custom.log', 'srcaddr dstaddr dstport action bytes start');
SELECT count(*) FROM flowlogs_errors('tests/data/no-such-folder');
