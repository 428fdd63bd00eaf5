-- The patterns of AWS's documentation, exactly as they are printed there.
.mode quote
.headers on
CREATE TEMP TABLE patterns(pattern);
INSERT INTO patterns VALUES
  ('[version, accountid, interfaceid, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, start, end, action, logstatus]'),
  ('[version, accountid, interfaceid, srcaddr = 10.0.0.10, dstaddr, srcport, dstport, protocol, packets, bytes, start, end, action, logstatus]'),
  ('[version, accountid, interfaceid, srcaddr = 10.0.2.*, dstaddr, srcport, dstport, protocol, packets, bytes, start, end, action, logstatus]'),
  ('[version, accountid, interfaceid, srcaddr, dstaddr, srcport, dstport = 80 || dstport = 8080, protocol, packets, bytes >= 400, start, end, action = REJECT, logstatus]'),
  ('[version, accountid, interfaceid, srcaddr, dstaddr, srcport, dstport = 443 || dstport = 8080, protocol, packets, bytes >= 400, start, end, action = ACCEPT, logstatus]'),
  ('[version, account, eni, source, destination, srcport, destport="22", protocol="6", packets, bytes, windowstart, windowend, action="REJECT", flowlogstatus]'),
  ('[..., action="REJECT", flowlogstatus]'),
  ('REJECT'),
  ('REJECT -"203.0.113.66"');
SELECT (SELECT sum(flows) FROM flowlogs_rollup('tests/data/AWSLogs') WHERE filter = pattern) AS flows,
       (SELECT count(*) FROM flowlogs('tests/data/AWSLogs') f WHERE f.filter = pattern) AS records, pattern FROM patterns;
.mode list
-- A filter with other conditions, and as an argument. NULL means no filter.
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE filter = 'REJECT' AND dstport = 3389 AND start_time >= '2026-03-10';
SELECT count(*), filter FROM flowlogs('tests/data/AWSLogs', NULL, NULL, NULL, NULL, 'REJECT');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE filter = NULL;
EXPLAIN QUERY PLAN SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE filter = 'REJECT' AND dstport = 22;
-- An OR of two filters: a record that passes both is returned once.
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE path = 'tests/data/AWSLogs' AND filter = '[..., action=REJECT, s]' OR path = 'tests/data/AWSLogs' AND filter = '[v, a, e, s, d, p, dstport=22, ...]';
SELECT sum(action = 'REJECT' OR dstport = 22) FROM flowlogs('tests/data/AWSLogs');
SELECT sum(flows) FROM flowlogs_rollup('tests/data/AWSLogs') WHERE filter = 'a' OR filter = 'b';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE filter IN ('REJECT', 'OK');
-- The time in front of exported lines is no token. A field that the file does not have is missing. If no file has it, that is an error.
SELECT count(*) FROM flowlogs('tests/data/edge/cwl-export.gz') WHERE filter = '[version=2, ...]';
SELECT count(*) FROM flowlogs('tests/data/edge/cwl-export.gz') WHERE filter = '"T0"';
SELECT count(*) FROM flowlogs('tests/data/edge/headerless-tgw.log') WHERE filter = '[..., bytes > 0, start, end, action, logstatus]';
SELECT count(*) FROM flowlogs('tests/data/edge/headerless-tgw.log') WHERE filter = '[..., action=REJECT, logstatus]';
-- A filter that does not fit the layout of a file is an error, also with on_error=skip.
SELECT count(*) FROM flowlogs('tests/data/edge/custom-order.log') WHERE filter = '[srcaddr=203.0.113.66, ...]';
SELECT count(*) FROM flowlogs('tests/data/edge/custom-order.log') WHERE filter = '[dstaddr=203.0.113.66, ...]';
SELECT count(*) FROM flowlogs('tests/data/edge/custom-order.log', 'skip') WHERE filter = '[dstaddr=203.0.113.66, ...]';
SELECT sum(flows) FROM flowlogs_rollup('tests/data/edge/custom-order.log', 'skip') WHERE filter = '[dstaddr=203.0.113.66, ...]';
SELECT count(*) FROM flowlogs('tests/data/edge/headerless-default.log') WHERE filter = '[version, account=123456789012]';
SELECT count(*) FROM flowlogs('tests/data/edge/headerless-default.log') WHERE filter = '[a,b,c,d,e,f,g,h,i,j,k,l,m,n,o=1]';
-- Errors: a bad pattern, two patterns, and a filter on a table that takes none.
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE filter = '[version, account, dstport=]';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE filter = '{ $.dstport = 22 }';
CREATE VIRTUAL TABLE temp.bad USING flowlogs('tests/data/AWSLogs', filter='[a,,,b >]');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE filter = 'a' AND filter = 'b';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE filter LIKE 'a';
-- The options since and until. A record that several terms of an OR select is returned once.
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE since = '2026-03-09 09:00' AND until = '2026-03-09 10:00';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE start_time >= '2026-03-09 09:00' AND start_time < '2026-03-09 10:00';
SELECT sum(flows) FROM flowlogs_rollup('tests/data/AWSLogs') WHERE since = '2026-03-09 09:00' AND until = '2026-03-09 10:00';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE path = 'tests/data/AWSLogs' AND since = '2026-03-09' AND dstport = 22 OR path = 'tests/data/AWSLogs' AND until = '2026-03-10' AND dstport = 22;
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE dstport = 22;
CREATE VIRTUAL TABLE temp.hour USING flowlogs('tests/data/AWSLogs', since = '2026-03-09 09:00', until = 1773050400);
SELECT count(*) FROM hour;
SELECT count(*) FROM hour WHERE since = 0 AND until = '2026-03-09 09:30';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE since = '2026-03-09 9:00';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE since = 2026-03-09;
SELECT sum(flows) FROM flowlogs_rollup('tests/data/AWSLogs') WHERE until = 20260310;
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE until = 1773050400000;
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE since = 1773050400 AND until = '9999-12-31';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE since = '2026-03-09' OR since = '2026-03-10';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE since = '2026-03-09' AND since = '2026-03-10';
