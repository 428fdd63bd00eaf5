-- A few queries that reach every table, function, option and way of reading, for tests that make
-- each allocation or call of the system fail in turn (fault_host.c). They are short, because each is
-- run a hundred times and more.
-- Lines, headers, members of gzip, damage; without threads, and with them.
SELECT count(*), sum(packets), max(srcaddr), max(raw), max(extra), max(tgw_id), max(file)
  FROM flowlogs('tests/data/edge/[cmu]*', 'skip');
SELECT file, line, dstport FROM flowlogs('tests/data/edge/[cmu]*', 'skip', NULL, 2) WHERE srcport < 40000;
SELECT srcaddr, line FROM flowlogs('tests/data/edge/cwl-export.gz', NULL, NULL, 1);
SELECT srcaddr, extra FROM flowlogs('["tests/data/edge/unknown-field.log","tests/data/edge/ipv6.log"]', 'fail', 'version srcaddr') ORDER BY 1;
SELECT count(*) FROM flowlogs('tests/data/edge/headerless-custom.log', 'fail', '["${srcaddr} ${dstaddr} ${dstport} ${action} ${bytes} ${start}","version srcaddr"]');
SELECT count(*) FROM flowlogs('tests/data/edge/truncated.gz');
SELECT count(*) FROM flowlogs('tests/data/nothing');
SELECT count(*) FROM flowlogs('tests/data/edge', 'skip') WHERE since = '2026-03-09' AND until = '2026-03-10 12:00' AND late = '2h';
-- Conditions and patterns.
SELECT count(*) FROM flowlogs('tests/data/edge/custom-order.log') WHERE filter = '[..., a=10.* || a=%^1%, b]' AND action IN ('ACCEPT', 'REJECT');
SELECT count(*) FROM flowlogs('tests/data/edge/custom-order.log') WHERE cidr_match(addr, '10.0.0.0/8') AND port IN (22, 443) AND srcaddr LIKE '1%' AND srcaddr GLOB '1*' AND bytes BETWEEN 1 AND 99999;
SELECT count(*) FROM flowlogs('tests/data/AWSLogs/**/09/*') WHERE region = 'us-east-1' AND account_id = '123456789012' AND file LIKE '%T0900Z%';
SELECT count(*) FROM flowlogs('tests/data/edge/crlf.log') WHERE srcaddr = 'web-1';
SELECT count(*) FROM flowlogs('tests/data/edge/crlf.log') WHERE filter = '[a, b=]';
SELECT value FROM json_each(flowlogs_scan_stats(), '$.notes');
SELECT flowlogs_scan_summary();
-- Parquet: rows, a sum of columns, a row group that is left out.
SELECT srcaddr, action, raw FROM flowlogs('tests/data/parquet/hyparquet-gzip.parquet', 'skip') WHERE line > 90;
SELECT action, sum(flows) FROM flowlogs_rollup('tests/data/parquet/arrow-snappy-v1.parquet') WHERE dstport = 443 GROUP BY 1;
-- Files, errors, help.
SELECT path, kind, fields, note, rows, min_start FROM flowlogs_files('tests/data/edge/**');
SELECT file, line, reason, raw FROM flowlogs_errors('tests/data/edge');
SELECT count(*), max(example) FROM flowlogs_help WHERE kind = 'option';
-- Rollups: groups that are handed over, threads, conditions.
SELECT srcaddr, hour, latest FROM (SELECT srcaddr, hour, max(last_seen) AS latest, sum(bytes)
  FROM flowlogs_rollup('tests/data/edge', 'skip', NULL, 0, '1M', 1) GROUP BY 1, 2) ORDER BY 1, 2;
SELECT dstport, sum(flows) FROM flowlogs_rollup('tests/data/edge', 'skip', NULL, 2) WHERE action = 'REJECT' GROUP BY 1;
-- Connections: one scan and several, threads, conditions on ends, the columns about an end's interface, lists.
SELECT client, server, server_port, sum(client_bytes), max(state), max(role_from), max(direction), sum(is_nat_leg)
  FROM flowlogs_connections('tests/data/edge', 'skip') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT count(*), max(client_instance_id), max(server_vpc_id) FROM flowlogs_connections('tests/data/edge/[cmu]*', 'skip', NULL, 2, '1M');
SELECT count(*), sum(records) FROM flowlogs_connections('tests/data/edge', 'skip') WHERE addr IN ('10.0.1.26', '10.0.1.27') AND port IN (443, 40000);
SELECT count(*), max(direction) FROM flowlogs_connections('tests/data/edge/crlf.log') WHERE servers = '[40000, 8443]' AND inside = '["10.0.0.0/16"]' AND idle = '60s' AND server LIKE '10.%';
SELECT count(*) FROM flowlogs_connections('tests/data/edge/headerless-custom.log', 'fail', '["${srcaddr} ${dstaddr} ${dstport} ${action} ${bytes} ${start}"]');
-- Payloads.
SELECT file, line, raw, data FROM flowlogs_payload('{"Records":[{"kinesis":{"data":"H4sIAAAAAAACA6tWyk0tLk5MTw2pLEhVslJycQxxjPd1DQ52dHdV0lHKyU93L8ovLQDKpEO4wSVFqYm5QH4xhO9alppXUqxkFV0NMwkoZ6RgaGRsYmpmbmFpYGigkJqXqWuoYGigB4JwBlCRgpGCmYKRgYKJkYmlgrGCiYKjs7NrQIiCv7dSbWwtAH21wP6cAAAA"}}]}');
SELECT count(*), max(file) FROM (SELECT readfile('tests/data/stream/lambda.json') AS body UNION ALL SELECT '2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 3 4 ACCEPT OK'
  UNION ALL SELECT '[{"message":"2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 3 4 ACCEPT OK"},"x"]') q JOIN flowlogs_payload(q.body, 'skip') f;
SELECT sum(flows) FROM flowlogs_payload_rollup(readfile('tests/data/stream/lambda.json')) WHERE action = 'ACCEPT';
SELECT count(*) FROM flowlogs_payload('{"events":[{"logStreamName":"s","message":"x\ny"}]}');
-- Joins, whose inner loop is served from memory.
SELECT count(*), sum(bytes) FROM flowlogs('tests/data/edge/crlf.log') a JOIN flowlogs_files(a.file) f;
SELECT column1, (SELECT count(*) FROM flowlogs('tests/data/edge/custom-order.log') WHERE dstport = column1) FROM (VALUES (22), (443), (80));
SELECT count(f.line) FROM (VALUES ('10.0.0.1'), ('10.0.0.5'), ('x')) LEFT JOIN flowlogs('tests/data/edge/custom-order.log') f ON f.srcaddr = column1;
-- Tables.
CREATE VIRTUAL TABLE temp.skipped USING flowlogs('tests/data/edge/mixed', on_error=skip, format='${version} ${srcaddr}', threads=1, filter='10.', since='2020-01-01', columns=default, late=any, memory='2M', progress=off);
SELECT count(*), max(line) FROM skipped;
DROP TABLE skipped;
CREATE VIRTUAL TABLE temp.u USING flowlogs('tests/data/edge/custom-order.log', colour=red);
-- Prefixes of a table.
CREATE TABLE nets AS WITH n(i) AS (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9))
  SELECT printf('10.%d.%d.0/%d', a.i, b.i, 14 + a.i) AS cidr FROM n a, n b UNION ALL SELECT 'fd00::/8';
SELECT cidr_lookup('nets', 'cidr', '10.3.4.5'), cidr_lookup('main.nets', 'cidr', 'fd00::1');
SELECT cidr_lookup('nets', 'cidr', column1) FROM (VALUES ('10.9.9.9'), ('11.0.0.1'), ('fd12::'));
INSERT INTO nets VALUES ('10.0.0.0/33');
SELECT cidr_lookup('nets', 'cidr', '10.0.0.1');
SELECT cidr_lookup('10.0.0.1', 'nets', 'cidr');
SELECT is_inside('10.0.0.1'), is_inside('10.3.4.5', '["10.3.0.0/16", "fd00::/8"]'), is_inside('11.0.0.1', '["10.3.0.0/33"]');
DELETE FROM nets WHERE cidr = '10.0.0.0/33';
SELECT is_inside(column1, 'nets') FROM (VALUES ('10.9.9.9'), ('11.0.0.1'), ('fd12::'), ('x'));
-- Functions.
WITH a(ip, n) AS (VALUES ('10.0.0.5', 18), ('2001:DB8:0::1', 6.0), (x'0a000005', '17'), (167772165, 443), ('no', NULL))
SELECT ip, ip_family(ip), ip_prefix(ip, 17), ip_scope(ip), ip_is_private(ip), hex(ip_blob(ip)), ip_text(ip_blob(ip)),
       cidr_match(ip, '10.0.0.0/8'), protocol_name(n), port_name(n, 17), tcp_flags(n), traffic_path(n) FROM a;
SELECT ip_prefix('10.0.0.5', 64);
SELECT ip_prefix(ip, n) FROM (SELECT '::1' AS ip, x'61' AS n);
SELECT cidr_match(ip, n) FROM (SELECT '10.0.0.0/8' AS ip, '10.0.0.5' AS n);
SELECT cwl_match('2 10.0.0.1 404', '[v, ..., a=10.0.* && a!=%^10%, b=4* || b=%5%,]'), cwl_match('ab', '?a ?%b% "c"');
SELECT community_id(ip, n, ip, 53, 17), community_id(ip, n, ip, 70000, 6) FROM (SELECT '::1' AS ip, 5 AS n);
SELECT cwl_match(raw, '[version, ..., action=' || coalesce(action, '"-"') || ', status]') FROM flowlogs('tests/data/edge/crlf.log');
SELECT cwl_match('a', '[a, b=]');
SELECT flowlogs_require(0, 'a message');
