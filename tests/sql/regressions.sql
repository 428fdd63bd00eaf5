-- Regressions: each query showed a bug that has been repaired.
-- An OR of different paths or options: SQLite tells their rows apart by the rowid.
SELECT file, line FROM flowlogs WHERE (path = 'tests/data/edge/crlf.log' AND srcport > 0) OR (path = 'tests/data/edge/bom.log' AND dstport > 0);
SELECT count(*), count(DISTINCT rowid) FROM flowlogs WHERE path IN ('tests/data/edge/crlf.log', 'tests/data/edge/bom.log');
CREATE TABLE pair(p, q);
INSERT INTO pair VALUES ('tests/data/edge/crlf.log', 'tests/data/edge/bom.log'), ('tests/data/edge/bom.log', 'tests/data/edge/crlf.log');
SELECT count(*) FROM pair JOIN flowlogs l ON (l.path = p AND l.bytes > 0) OR (l.path = q AND l.bytes > 0);
SELECT path FROM flowlogs_files WHERE (paths = 'tests/data/edge/crlf.log' AND size > 0) OR (paths = 'tests/data/edge/bom.log' AND size > 0);
SELECT file, line FROM flowlogs_errors WHERE (path = 'tests/data/edge/truncated.gz' AND line > 0) OR (path = 'tests/data/edge/corrupt-crc.gz' AND line > 0);
-- One argument too many does not become a condition on a hidden column.
SELECT count(*) FROM flowlogs('tests/data/edge/crlf.log', NULL, NULL, NULL, 'all');
-- An option that is given twice.
CREATE VIRTUAL TABLE temp.t USING flowlogs('tests/data/edge/crlf.log', on_error=skip, ON_ERROR=fail);
CREATE VIRTUAL TABLE temp.t USING flowlogs('tests/data/edge/crlf.log', path='tests/data/edge/bom.log');
-- A path with a NUL byte.
SELECT count(*) FROM flowlogs('["tests/data/edge/crlf.log\u0000zzz"]');
SELECT count(*) FROM flowlogs('tests/data/edge/crlf.log' || char(0) || 'zzz');
-- The column note says what is wrong with a file if the whole file is read.
SELECT note, rows, errors FROM flowlogs_files('tests/data/edge/truncated.gz');
-- A folder with no flow log at all is an error with on_error=skip too, because nothing was skipped.
SELECT count(*) FROM flowlogs('tests/data/edge/mixed/n*', 'skip');
-- A table that was made without a path could not be dropped once it was renamed.
CREATE VIRTUAL TABLE temp.flowlogs USING flowlogs;
SELECT count(*) FROM flowlogs;
ALTER TABLE flowlogs RENAME TO fx;
DROP TABLE fx;
-- An OR of values of an argument needs a scan for each value, and never one for all of them.
CREATE VIRTUAL TABLE temp.both USING flowlogs('tests/data/edge/crlf.log');
SELECT count(*) FROM both WHERE path = 'tests/data/edge/nodata.log' OR (path = 'tests/data/edge/crlf.log' AND action = 'ACCEPT');
SELECT count(*), count(DISTINCT rowid) FROM flowlogs WHERE (path = 'tests/data/edge/crlf.log' AND on_error = 'skip' AND action = 'ACCEPT')
    OR (path = 'tests/data/edge/crlf.log' AND on_error = 'fail' AND action = 'ACCEPT');
SELECT threads, count(*) FROM flowlogs
 WHERE (path = 'tests/data/edge/crlf.log' AND threads = 1) OR (path = 'tests/data/edge/crlf.log' AND threads = 2 AND action = 'ACCEPT') GROUP BY 1;
SELECT DISTINCT on_error, path FROM flowlogs('tests/data/edge/crlf.log', 'skip');
