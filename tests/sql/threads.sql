-- The answers are the same with no thread, one, two, and more threads than there are files.
.mode list
.headers off
CREATE VIRTUAL TABLE temp.t0 USING flowlogs(path='tests/data/AWSLogs', threads=0);
CREATE VIRTUAL TABLE temp.t1 USING flowlogs(path='tests/data/AWSLogs', threads=1);
CREATE VIRTUAL TABLE temp.t2 USING flowlogs(path='tests/data/AWSLogs', threads=2);
CREATE VIRTUAL TABLE temp.t9 USING flowlogs(path='tests/data/AWSLogs', threads=9);
SELECT count(*) > 0, count(*) = (SELECT count(*) FROM t1), count(*) = (SELECT count(*) FROM t2),
       count(*) = (SELECT count(*) FROM t9) FROM t0;
-- The rows and their order.
CREATE TEMP TABLE r0 AS SELECT file, line, srcaddr, dstport, bytes FROM t0;
CREATE TEMP TABLE r1 AS SELECT file, line, srcaddr, dstport, bytes FROM t1;
CREATE TEMP TABLE r2 AS SELECT file, line, srcaddr, dstport, bytes FROM t2;
CREATE TEMP TABLE r9 AS SELECT file, line, srcaddr, dstport, bytes FROM t9;
SELECT count(*) FROM (SELECT rowid, * FROM r0 EXCEPT SELECT rowid, * FROM r1);
SELECT count(*) FROM (SELECT rowid, * FROM r0 EXCEPT SELECT rowid, * FROM r2);
SELECT count(*) FROM (SELECT rowid, * FROM r0 EXCEPT SELECT rowid, * FROM r9);
-- With conditions, and with files that are not opened.
SELECT (SELECT count(*) FROM t0 WHERE action = 'REJECT') = (SELECT count(*) FROM t9 WHERE action = 'REJECT');
SELECT (SELECT group_concat(dstport) FROM t0 WHERE dstport < 1024) IS (SELECT group_concat(dstport) FROM t9 WHERE dstport < 1024);
SELECT count(*) FROM t0 WHERE region = 'nowhere-1';
SELECT count(*) FROM t9 WHERE region = 'nowhere-1';
-- Several scans at the same time, and scans that end early.
SELECT count(*) > 0 FROM (SELECT a.line FROM t2 a JOIN t9 b ON a.srcaddr = b.dstaddr LIMIT 50);
SELECT count(*) FROM (SELECT 1 FROM t9 LIMIT 3);
SELECT count(*) FROM (SELECT 1 FROM t2 LIMIT 1);
SELECT EXISTS (SELECT 1 FROM t9), EXISTS (SELECT 1 FROM t1 WHERE bytes >= 0);
-- An error comes at its place among the rows, so the same rows come before it.
CREATE VIRTUAL TABLE temp.e0 USING flowlogs(path='tests/data/edge', threads=0);
CREATE VIRTUAL TABLE temp.e9 USING flowlogs(path='tests/data/edge', threads=9);
SELECT file, line FROM e0;
SELECT file, line FROM e9;
-- A single file, for which a thread reads ahead.
CREATE VIRTUAL TABLE temp.s0 USING flowlogs(path='tests/data/edge/cwl-export.gz', threads=0);
CREATE VIRTUAL TABLE temp.s9 USING flowlogs(path='tests/data/edge/cwl-export.gz', threads=9);
SELECT (SELECT group_concat(line || srcaddr) FROM s0) IS (SELECT group_concat(line || srcaddr) FROM s9);
SELECT count(*) FROM (SELECT 1 FROM s9 LIMIT 1);
