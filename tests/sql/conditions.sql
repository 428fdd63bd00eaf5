-- EXPLAIN QUERY PLAN shows which conditions the scan evaluates itself. SQLite evaluates the others.
EXPLAIN QUERY PLAN SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE action = 'REJECT' AND bytes > 100 AND bytes <= 5000;
EXPLAIN QUERY PLAN SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE start BETWEEN 1 AND 2 AND dstport IN (22, 443) AND srcaddr LIKE '10.%';
EXPLAIN QUERY PLAN SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE vpc_id IS NULL AND action IS NOT NULL AND line <> 5 AND file GLOB '*x';
EXPLAIN QUERY PLAN SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE cidr_match(srcaddr, '10.0.0.0/8') AND isIpInSubnet(dstaddr, '10.0.0.0/8');
EXPLAIN QUERY PLAN SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE srcaddr > dstaddr AND start_time < datetime('now');
EXPLAIN QUERY PLAN SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE srcaddr = 'A' COLLATE NOCASE AND +dstport = 22;
-- Conditions on either end of a flow.
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE addr = '10.0.0.10';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE '10.0.0.10' IN (srcaddr, dstaddr, pkt_srcaddr, pkt_dstaddr);
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE port BETWEEN 1 AND 1023;
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE srcport BETWEEN 1 AND 1023 OR dstport BETWEEN 1 AND 1023;
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE port IN (22, 3389) AND addr GLOB '203.0.113.*';
SELECT addr FROM flowlogs('tests/data/AWSLogs') WHERE addr = '10.0.0.10' LIMIT 1;
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE addr = '10.0.0.10' OR bytes > 5;
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE addr GLOB '*10*';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE addr LIKE '10.%';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE port = 22 AND addr = 5;
SELECT port, count(*) FROM flowlogs('tests/data/AWSLogs') GROUP BY port;
-- Prefixes.
SELECT cidr_match('10.1.2.3', '10.0.0.0/8'), cidr_match('11.1.2.3', '10.0.0.0/8'), cidr_match('x', '10.0.0.0/8'), cidr_match(NULL, '10.0.0.0/8');
SELECT cidr_match('::ffff:10.1.2.3', '10.0.0.0/8'), cidr_match('10.0.0.1', '::/0'), cidr_match('2001:db8::1', '2001:DB8::/32'), cidr_match('10.0.0.5', '10.0.0.5');
SELECT cidr_match('10.0.0.1', '10.0.0.0/33');
SELECT cidr_match('10.0.0.0/8', '10.0.0.1');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE cidr_match(srcaddr, '10.0.0.0/x');
-- Conditions by which files are not opened.
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE region = 'eu-west-1';
SELECT flowlogs_scan_stats() ->> 'files_pruned', flowlogs_scan_stats() ->> 'files_read';
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE +region = 'eu-west-1';
SELECT flowlogs_scan_stats() ->> 'files_pruned', flowlogs_scan_stats() ->> 'files_read';
-- Joins read the files once, or twice if SQLite scans again for every asset.
CREATE TABLE assets(ip TEXT, name TEXT);
INSERT INTO assets VALUES ('10.0.0.10', 'web'), ('10.0.0.31', 'db'), (NULL, 'none'), ('192.0.2.1', 'quiet');
SELECT name, count(*) FROM assets JOIN flowlogs('tests/data/AWSLogs') f ON f.srcaddr = assets.ip GROUP BY name;
SELECT name, count(f.line) FROM assets LEFT JOIN flowlogs('tests/data/AWSLogs') f ON f.srcaddr = assets.ip GROUP BY name;
SELECT flowlogs_scan_stats() ->> 'records', flowlogs_scan_stats() ->> 'rows';
SELECT flowlogs_scan_summary();
SELECT name FROM assets WHERE EXISTS (SELECT 1 FROM flowlogs('tests/data/AWSLogs') f WHERE f.addr = assets.ip);
SELECT name, (SELECT max(bytes) FROM flowlogs('tests/data/AWSLogs') f WHERE f.dstaddr = assets.ip) FROM assets;
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE srcaddr IN (SELECT ip FROM assets);
-- SQLite compares an argument behind 15 other terms again. If that could fail, it is an error.
SELECT sum(flows) FROM flowlogs_rollup('tests/data/AWSLogs') WHERE protocol < 101 AND protocol < 102 AND protocol < 103 AND protocol < 104 AND protocol < 105 AND protocol < 106 AND protocol < 107 AND protocol < 108 AND protocol < 109 AND protocol < 110 AND protocol < 111 AND protocol < 112 AND protocol < 113 AND protocol < 114 AND protocol < 115 AND protocol < 116 AND since = '2026-03-09';
-- Rows of a rollup have no rowid by which SQLite could tell the scans of an OR apart.
SELECT sum(flows) FROM flowlogs_rollup WHERE (addr = '10.0.0.10' AND path = 'tests/data/AWSLogs') OR (addr = '203.0.113.66' AND path = 'tests/data/AWSLogs');
SELECT sum(flows) FROM flowlogs_rollup('tests/data/AWSLogs') WHERE addr IN ('10.0.0.10', '203.0.113.66');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE addr IN ('10.0.0.10', '203.0.113.66');
