-- A table made by CREATE VIRTUAL TABLE shows the fields that its files have.
CREATE VIRTUAL TABLE temp.tree USING flowlogs('tests/data/AWSLogs');
SELECT count(*) FROM pragma_table_xinfo('tree') WHERE hidden = 0;
CREATE VIRTUAL TABLE temp.custom USING flowlogs('tests/data/edge/custom-order.log');
.mode quote
.headers on
SELECT * FROM custom LIMIT 1;
.mode list
CREATE VIRTUAL TABLE temp.few USING flowlogs('tests/data/AWSLogs', columns=default);
SELECT count(*) FROM pragma_table_xinfo('few') WHERE hidden = 0;
CREATE VIRTUAL TABLE temp.everything USING flowlogs('tests/data/edge/crlf.log', columns = "all");
SELECT count(*) FROM pragma_table_xinfo('everything') WHERE hidden = 0;
SELECT count(*), count(vpc_id) FROM everything;
CREATE VIRTUAL TABLE temp.headerless USING flowlogs('tests/data/edge/headerless-custom.log', format='${srcaddr} ${dstaddr} ${dstport} ${action} ${bytes} ${start}');
SELECT * FROM headerless LIMIT 1;
-- Options, quoted or not, and hidden columns that override them.
CREATE VIRTUAL TABLE temp.bad USING flowlogs('tests/data/edge/shifted.log', on_error=skip, threads=1);
SELECT count(*) FROM bad;
SELECT on_error FROM bad;
SELECT path, count(*) FROM bad GROUP BY path;
SELECT count(*) FROM bad WHERE on_error = 'fail';
SELECT count(*) FROM bad('tests/data/edge/crlf.log');
CREATE VIRTUAL TABLE temp.named USING flowlogs(path="tests/data/edge/crlf.log");
SELECT count(*) FROM named;
-- A table may have the name of the module.
CREATE VIRTUAL TABLE temp.flowlogs USING flowlogs('tests/data/edge/crlf.log');
SELECT count(*) FROM flowlogs;
SELECT count(*) FROM flowlogs('tests/data/edge/blank-lines.log');
DROP TABLE temp.flowlogs;
SELECT count(*) FROM flowlogs('tests/data/edge/blank-lines.log');
-- Errors.
CREATE VIRTUAL TABLE temp.t USING flowlogs;
CREATE VIRTUAL TABLE temp.t USING flowlogs('tests/data/nothing/');
CREATE VIRTUAL TABLE temp.t USING flowlogs('tests/data/AWSLogs', colour=red);
CREATE VIRTUAL TABLE temp.t USING flowlogs('tests/data/AWSLogs', on_error=ignore);
CREATE VIRTUAL TABLE temp.t USING flowlogs('tests/data/AWSLogs', columns=some);
CREATE VIRTUAL TABLE temp.t USING flowlogs('tests/data/AWSLogs', threads=-1);
CREATE VIRTUAL TABLE temp.t USING flowlogs('tests/data/AWSLogs', 'tests/data/edge');
SELECT name FROM sqlite_temp_schema WHERE name = 't';
-- An option is not named between the parentheses: SQLite takes this for a comparison.
SELECT count(*) FROM flowlogs('tests/data/AWSLogs', threads = 0);
