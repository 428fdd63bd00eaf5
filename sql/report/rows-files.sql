-- Which files are there, and what is wrong with them?
DROP TABLE IF EXISTS temp.report_files;
CREATE TEMP TABLE report_files AS
SELECT path, verdict, rows, errors, note FROM flowlogs_files(@logs, @format);
