-- Columns that need only the names of the files.
.mode list
.separator " | "
SELECT account_id, region, flow_log_id, datetime(delivered, 'unixepoch'), size > 0, mtime > 0
  FROM flowlogs_files('tests/data/AWSLogs') LIMIT 3;
SELECT account_id, region, count(*) FROM flowlogs_files('tests/data/AWSLogs') GROUP BY 1, 2;
-- Columns for which the files are opened, or read to their ends.
SELECT replace(path, 'tests/data/edge/', ''), kind, note FROM flowlogs_files('tests/data/edge');
SELECT replace(path, 'tests/data/edge/', ''), rows, errors, min_start, max_end FROM flowlogs_files('tests/data/edge');
SELECT fields FROM flowlogs_files('["tests/data/edge/underscores.log", "tests/data/edge/cwl-export.gz", "tests/data/edge/empty.log", "tests/data/edge/not-a-flow-log.txt"]');
-- The sums agree with a scan.
SELECT (SELECT sum(rows) FROM flowlogs_files('tests/data/AWSLogs')) = (SELECT count(*) FROM flowlogs('tests/data/AWSLogs')),
       (SELECT min(min_start) FROM flowlogs_files('tests/data/AWSLogs')) = (SELECT min(start) FROM flowlogs('tests/data/AWSLogs')),
       (SELECT max(max_end) FROM flowlogs_files('tests/data/AWSLogs')) = (SELECT max("end") FROM flowlogs('tests/data/AWSLogs')),
       (SELECT sum(errors) FROM flowlogs_files('tests/data/edge')) = (SELECT count(*) FROM flowlogs_errors('tests/data/edge'));
-- A table of files selects the files that a scan reads.
SELECT count(*), count(DISTINCT l.file) FROM flowlogs_files('tests/data/AWSLogs') f JOIN flowlogs(f.path) l
 WHERE f.region = 'eu-central-1';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE file LIKE '%eu-central-1%';
SELECT path, kind, rows FROM flowlogs_files('tests/data/edge/headerless-custom.log', 'srcaddr dstaddr dstport action bytes start');
