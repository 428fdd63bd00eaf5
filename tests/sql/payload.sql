-- flowlogs_payload: the values that streams deliver, and the errors for other values.
.mode quote
.headers on
SELECT file, line, srcaddr, dstport, action FROM flowlogs_payload(readfile('tests/data/stream/lambda.json'));
SELECT file, line, srcaddr, action FROM flowlogs_payload('{"message":"2 1 eni-1 10.0.0.1 10.0.0.2 1 22 6 1 40 3 4 REJECT OK"}
{"message":"2 1 eni-1 10.0.0.3 10.0.0.2 1 22 6 1 40 3 4 ACCEPT OK\n"}');
SELECT srcaddr, start_time FROM flowlogs_payload(readfile('tests/data/edge/cwl-export.gz')) LIMIT 2;
SELECT count(*) FROM flowlogs_payload('{"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"CWL CONTROL MESSAGE: x"}]}');

CREATE TABLE queue(id INTEGER PRIMARY KEY, body);
INSERT INTO queue(body) VALUES
  (readfile('tests/data/stream/lambda.json')), ('2 1 eni-1 10.0.0.1 10.0.0.2 1 22 6 1 40 3 4 REJECT OK'),
  ('{"logGroup":"g","logStream":"s","logEvents":[{"message":"2 1 eni-1 10.0.0.9 10.0.0.2 1 22 6 1 40 3 4 REJECT OK"},{"message":"x"}]}');
SELECT id, srcaddr, count(*) AS records FROM queue, flowlogs_payload(queue.body, 'skip')
 WHERE action = 'REJECT' GROUP BY id, srcaddr;
SELECT count(*) FROM queue, flowlogs_payload(queue.body);

.mode list
EXPLAIN QUERY PLAN SELECT * FROM flowlogs_payload(:event) f JOIN queue ON id = f.dstport WHERE action = 'REJECT';
EXPLAIN QUERY PLAN SELECT * FROM flowlogs_payload f JOIN queue ON data = body WHERE cidr_match(srcaddr, '10.0.0.0/8');

SELECT * FROM flowlogs_payload('');
SELECT * FROM flowlogs_payload('tests/data/AWSLogs');
SELECT * FROM flowlogs_payload('{"Records":[{"eventSource":"aws:s3","s3":{"object":{"key":"a.gz"}}}]}');
SELECT * FROM flowlogs_payload('{"detail-type":"EC2 Instance State-change Notification","source":"aws.ec2"}');
SELECT * FROM flowlogs_payload('{"awslogs":{"data":"H4sIAAAAAAACA"}}');
SELECT * FROM flowlogs_payload(substr(readfile('tests/data/edge/cwl-export.gz'), 1, 100));
SELECT * FROM flowlogs_payload(readfile('tests/data/edge/parquet.parquet'));
SELECT * FROM flowlogs_payload('10.0.0.1 22 REJECT eni-1');
SELECT * FROM flowlogs_payload(readfile('no such file'));
SELECT * FROM flowlogs_payload('{"events":[{"message":"2 1 eni-1 - - - - - - - 1 2 - NODATA"},{"message":"two\nlines"}]}');
-- A filter per value, and a period.
SELECT id, count(*) FROM queue, flowlogs_payload(queue.body, 'skip') WHERE filter = '[..., action=REJECT, s]' GROUP BY id;
SELECT id, count(*) FROM queue, flowlogs_payload(queue.body, 'skip') WHERE action = 'REJECT' GROUP BY id;
SELECT count(*) FROM queue, flowlogs_payload(queue.body, 'skip') WHERE since = 4 OR since = 5;
SELECT count(*) FROM queue, flowlogs_payload(queue.body, 'skip') WHERE until = 4 AND filter = '-ACCEPT';
