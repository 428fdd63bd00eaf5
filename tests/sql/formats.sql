-- Files of all layouts in one query.
.mode quote
.headers on
SELECT replace(file, 'tests/data/edge/', '') AS file, count(*), sum(packets), min(start_time)
  FROM flowlogs('tests/data/edge', 'skip') WHERE file NOT LIKE '%mixed%' GROUP BY file;
-- Files without a header need a format: a list, names with commas, or the LogFormat that AWS prints.
.mode list
.headers off
SELECT srcaddr, dstport, action, bytes FROM flowlogs('tests/data/edge/headerless-custom.log', 'fail', 'srcaddr dstaddr dstport action bytes start');
SELECT count(*) FROM flowlogs('tests/data/edge/headerless-custom.log', NULL, 'srcaddr,dstaddr,dstport,action,bytes,start');
SELECT count(*), sum(bytes) FROM flowlogs('tests/data/edge/headerless-custom.log')
 WHERE format = '${srcaddr} ${dstaddr} ${dstport} ${action} ${bytes} ${start}';
-- The option format has no effect on files that have a header.
SELECT count(*) FROM flowlogs('tests/data/edge/custom-order.log', 'fail', 'srcaddr dstaddr');
-- In CloudWatch's export, the time before a line is no field.
SELECT version, account_id, start FROM flowlogs('tests/data/edge/cwl-export.gz') LIMIT 2;
SELECT version, account_id, start FROM flowlogs('tests/data/edge/cwl-export-epoch.log') LIMIT 2;
-- Transit gateway.
SELECT resource_type, tgw_id, packets_lost_no_route, action FROM flowlogs('tests/data/edge/headerless-tgw.log') LIMIT 2;
