-- Indexes that are built and used, for tests that make each allocation or call of the system fail in
-- turn. fault_host.c removes the file before each run of a statement that names build/faults.idx.
SELECT b.files, b."left", b.records, b.errors, (SELECT count(*) FROM flowlogs(b.path, 'skip') WHERE index_file = b.index_file AND srcaddr = '10.0.0.1')
  FROM flowlogs_index_build('tests/data/edge/[cmu]*', 'build/faults.idx', NULL, 0) b;
SELECT files, records, errors AS skipped FROM flowlogs_index_build('tests/data/edge/c*', 'build/faults.idx', NULL, 2, '1M');
SELECT files, records, errors AS skipped FROM flowlogs_index_build('tests/data/edge/headerless-custom.log', 'build/faults.idx', '${srcaddr} ${dstaddr} ${dstport} ${action} ${bytes} ${start}');
-- The index stays: nothing is to be done, or rows and runs are added and forgotten.
SELECT files, errors AS skipped FROM flowlogs_index_build('tests/data/edge/[cmu]*', 'build/faults.kept');
SELECT count(*), max(dstaddr) FROM flowlogs('tests/data/edge/[cmu]*', 'skip') WHERE index_file = 'build/faults.kept' AND cidr_match(addr, '10.0.0.0/8') AND port IN (22, 443);
SELECT count(*) FROM flowlogs('tests/data/edge/[cmu]*', 'skip', NULL, 2) WHERE index_file = 'build/faults.kept' AND interface_id = 'eni-1' AND start > 5;
SELECT sum(flows) FROM flowlogs_rollup('tests/data/edge/[cmu]*', 'skip') WHERE index_file = 'build/faults.kept' AND srcaddr IN ('10.0.0.1', '10.0.0.5');
SELECT path, rows, min_start, note FROM flowlogs_files('tests/data/edge/[cmu]*') WHERE index_file = 'build/faults.kept';
SELECT count(*) FROM flowlogs('tests/data/edge/crlf.log') WHERE index_file = 'build/faults.none';
SELECT count(*) FROM flowlogs('tests/data/edge/crlf.log') WHERE index_file = 'README.md';
SELECT count(*) FROM flowlogs('tests/data/edge/crlf.log', 'fail', 'srcaddr') WHERE index_file = 'build/faults.kept';
