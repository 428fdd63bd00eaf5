-- Plans, rowids, joins.
.eqp on
SELECT sum(bytes) FROM flowlogs('tests/data/edge/crlf.log', 'skip');
.eqp off
-- The rowid is unique over many files. Plans for OR, which scan the table several times, rely on it.
SELECT count(*) = count(DISTINCT rowid) FROM flowlogs('tests/data/AWSLogs');
SELECT (SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE srcport = 443 OR dstport = 443) =
       (SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE +srcport = 443 OR +dstport = 443);
SELECT count(*) FROM flowlogs WHERE path = 'tests/data/edge/crlf.log' OR path = 'tests/data/edge/crlf.log';
SELECT count(*) FROM flowlogs WHERE path IN ('tests/data/edge/crlf.log', 'tests/data/edge/bom.log');
SELECT f.line FROM flowlogs('tests/data/edge/crlf.log') f WHERE f.rowid = (SELECT max(g.rowid) FROM flowlogs('tests/data/edge/crlf.log') g);
-- Joins with a user's own table, both ways round.
CREATE TABLE asset(ip TEXT PRIMARY KEY, name TEXT);
INSERT INTO asset SELECT DISTINCT dstaddr, 'host ' || dstaddr FROM flowlogs('tests/data/edge/crlf.log');
SELECT count(*), count(a.name) FROM flowlogs('tests/data/edge/crlf.log') f LEFT JOIN asset a ON a.ip = f.dstaddr;
SELECT count(*) FROM asset a LEFT JOIN flowlogs('tests/data/edge/crlf.log') f ON a.ip = f.dstaddr;
SELECT count(*) FROM flowlogs('tests/data/edge/crlf.log') f WHERE EXISTS (SELECT 1 FROM asset WHERE ip = f.dstaddr);
SELECT count(*) FROM flowlogs('tests/data/edge/crlf.log') WHERE dstaddr IN (SELECT ip FROM asset);
-- If the path comes from another table of a join, SQLite has to read that table first.
CREATE TABLE job(path TEXT);
INSERT INTO job VALUES ('tests/data/edge/crlf.log'), ('tests/data/edge/bom.log');
SELECT count(*) FROM job, flowlogs(job.path);
SELECT count(*) FROM flowlogs(job.path) CROSS JOIN job;
-- Two cursors at the same time, and a second scan with one of them.
SELECT count(*) FROM flowlogs('tests/data/edge/crlf.log') a, flowlogs('tests/data/edge/crlf.log') b;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i, (SELECT count(*) FROM flowlogs('tests/data/edge/crlf.log') WHERE line > i) FROM n;
