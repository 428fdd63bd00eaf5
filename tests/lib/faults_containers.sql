-- Flow logs in other forms, for tests that make each allocation or call of the system fail in turn: see faults.sql.
-- JSON, CSV and text of the command line, with what stands beside a line.
SELECT count(*), max(log_group), max(log_stream), max(event_time), max(raw), max(dstaddr)
  FROM flowlogs('["tests/data/forms/events.json","tests/data/forms/insights.csv","tests/data/forms/tail.txt"]', 'skip');
SELECT log_stream, srcaddr, bytes FROM flowlogs('tests/data/forms/fields.json', NULL, NULL, 1) WHERE dstport > 100;
SELECT action, sum(flows) FROM flowlogs_rollup('tests/data/forms/[ac]*.csv', 'skip', NULL, 0) GROUP BY 1;
SELECT count(*), max(log_group) FROM flowlogs('tests/data/forms/firehose/**', 'skip', NULL, 2);
SELECT path, kind, note, rows FROM flowlogs_files('tests/data/forms/**');
SELECT file, line, reason, raw FROM flowlogs_errors('tests/data/forms/others.csv');
SELECT client, server, sum(client_bytes) FROM flowlogs_connections('tests/data/forms/messages.json') GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*), max(event_time) FROM flowlogs_payload(readfile('tests/data/forms/events.json'));
-- Parquet: several files one after the other in one worker, conditions on texts, sums by one field and by two.
SELECT dstport, sum(flows), sum(bytes)
  FROM flowlogs_rollup('["tests/data/parquet/hyparquet-gzip.parquet","tests/data/parquet/arrow-snappy-v1.parquet"]', NULL, NULL, 1)
  GROUP BY 1 ORDER BY 1 LIMIT 3;
SELECT action, srcaddr, min(first_seen)
  FROM flowlogs_rollup('tests/data/parquet/arrow-snappy-v1.parquet') WHERE start > 0 AND dstaddr <> '10.0.0.1' GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 3;
SELECT count(*), max(interface_id) FROM flowlogs('tests/data/parquet/arrow-snappy-v1.parquet') WHERE srcaddr IN ('10.0.0.1', '10.0.0.2');
