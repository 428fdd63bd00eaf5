-- File, folder, pattern, list.
SELECT count(*) FROM flowlogs('tests/data/AWSLogs');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs/');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs/**');
SELECT count(*) FROM flowlogs('tests/data/**/*_vpcflowlogs_*');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs/*/vpcflowlogs/us-east-1');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs/012345678901/**/*.gz');
SELECT count(*) FROM flowlogs('tests/data/edge/c[a-r]*.lo?');
SELECT count(*) FROM flowlogs('tests/data/edge/[!x]rlf.log');
SELECT count(*) FROM flowlogs('["tests/data/edge/crlf.log", "tests/data/edge/blank-lines.log"]');
-- A file that is reached by two paths is read once.
SELECT count(*) FROM flowlogs('["tests/data/edge/crlf.log", "tests/data/edge/crl*", "tests/data/edge/crlf.log"]');
-- The order of the files is that of their paths.
SELECT count(*), min(ok) FROM (SELECT file >= lag(file, 1, '') OVER () AS ok FROM flowlogs('tests/data/AWSLogs'));
-- A path that matches nothing is an error.
SELECT count(*) FROM flowlogs('tests/data/no-such-folder');
SELECT count(*) FROM flowlogs('tests/data/**/*.nothing');
SELECT count(*) FROM flowlogs('["tests/data/edge/crlf.log", "tests/data/nothing.log"]');
SELECT count(*) FROM flowlogs('[]');
SELECT count(*) FROM flowlogs('["a", 1]');
SELECT count(*) FROM flowlogs('["a",');
SELECT count(*) FROM flowlogs('');
SELECT count(*) FROM flowlogs(NULL);
SELECT count(*) FROM flowlogs;
SELECT count(*) FROM flowlogs_files;
SELECT count(*) FROM flowlogs_errors;
SELECT count(*) FROM flowlogs('/dev/null');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs', 'ignore');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs', 'fail', 'foo bar');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs', 'fail', 'srcaddr srcaddr');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs', 'fail', '${srcaddr');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE threads = 'many';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE threads = 0;
