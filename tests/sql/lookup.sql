.mode quote
.headers on
.nullvalue NULL
CREATE TABLE subnets(cidr TEXT, name TEXT);
INSERT INTO subnets VALUES ('10.0.0.0/8', 'office'), ('172.31.0.0/16', 'vpc'), ('172.31.0.0/24', 'web'), ('172.31.0.10', 'bastion'),
  ('fd00::/8', 'v6 inside'), ('203.0.113.0/24', 'listed'), ('172.31.0.10/32', 'bastion again'), (NULL, 'unknown'), ('', 'empty');
SELECT column1 AS ip, cidr_lookup('subnets', 'cidr', column1) AS row FROM (VALUES ('10.1.2.3'), ('172.31.9.9'), ('172.31.0.9'),
  ('172.31.0.10'), ('::ffff:172.31.0.10'), ('fd12::1'), ('fe80::1'), ('8.8.8.8'), ('none'), (''), (NULL), (17));
-- A join with the logs. They are read once, and each subnet is found by its rowid.
EXPLAIN QUERY PLAN SELECT s.name, sum(f.bytes) FROM flowlogs('tests/data/AWSLogs') f
  JOIN subnets s ON s.rowid = cidr_lookup('subnets', 'cidr', f.srcaddr) GROUP BY 1;
SELECT s.name, sum(f.flows) AS flows, sum(f.bytes) AS bytes, count(DISTINCT f.srcaddr) AS addresses FROM flowlogs_rollup('tests/data/AWSLogs') f
  LEFT JOIN subnets s ON s.rowid = cidr_lookup('subnets', 'cidr', f.srcaddr) GROUP BY 1 ORDER BY bytes DESC;
-- The same, with a scan for each prefix.
SELECT s.name, count(*) AS flows, sum(f.bytes) AS bytes FROM flowlogs('tests/data/AWSLogs') f LEFT JOIN subnets s ON s.rowid = (
  SELECT rowid FROM subnets t WHERE t.cidr <> '' AND cidr_match(f.srcaddr, t.cidr)
   ORDER BY iif(instr(cidr, '/'), CAST(substr(cidr, instr(cidr, '/') + 1) AS INTEGER), 32) DESC, rowid LIMIT 1) GROUP BY 1 ORDER BY bytes DESC;
SELECT count(*) AS from_listed FROM flowlogs('tests/data/AWSLogs') WHERE cidr_lookup('subnets', 'cidr', srcaddr) = 6;
-- The next statement sees a change, and also its rollback.
INSERT INTO subnets VALUES ('10.1.0.0/16', 'lab');
SELECT cidr_lookup('subnets', 'cidr', '10.1.2.3') AS row;
BEGIN;
DELETE FROM subnets WHERE name IN ('lab', 'office');
SELECT cidr_lookup('subnets', 'cidr', '10.1.2.3') AS row;
ROLLBACK;
SELECT cidr_lookup('subnets', 'cidr', '10.1.2.3') AS row;
-- Names.
CREATE TABLE "my ""nets"".v1"("the prefix");
INSERT INTO "my ""nets"".v1" VALUES ('10.0.0.0/8');
SELECT cidr_lookup('my "nets".v1', 'the prefix', '10.1.2.3') AS row, cidr_lookup('main.my "nets".v1', 'THE PREFIX', '10.1.2.3') AS main_row;
CREATE TEMP TABLE subnets(cidr);
SELECT cidr_lookup('subnets', 'cidr', '10.1.2.3') AS temp_row, cidr_lookup('main.subnets', 'cidr', '10.1.2.3') AS main_row;
DROP TABLE temp.subnets;
-- The function works in the user's TEMP views, but not in views stored in a database.
CREATE TEMP VIEW mine AS SELECT cidr_lookup('subnets', 'cidr', '10.1.2.3') AS row;
SELECT row FROM mine;
CREATE VIEW theirs AS SELECT cidr_lookup('subnets', 'cidr', '10.1.2.3') AS row;
SELECT row FROM theirs;
-- Mistakes.
SELECT cidr_lookup('nets', 'cidr', '10.1.2.3');
SELECT cidr_lookup('subnets', 'prefix', '10.1.2.3');
SELECT cidr_lookup('subnets', 'name', '10.1.2.3');
SELECT cidr_lookup('10.1.2.3', 'subnets', 'cidr');
SELECT cidr_lookup('cidr', 'subnets', '10.1.2.3');
SELECT cidr_lookup('subnets', '10.1.2.3', 'cidr');
SELECT cidr_lookup('mine', 'row', '10.1.2.3');
CREATE TABLE w(cidr PRIMARY KEY) WITHOUT ROWID;
SELECT cidr_lookup('w', 'cidr', '10.1.2.3');
CREATE VIRTUAL TABLE temp.logs USING flowlogs('tests/data/AWSLogs');
SELECT cidr_lookup('logs', 'srcaddr', '10.1.2.3');
INSERT INTO subnets VALUES ('10.1.0.0/16 ', 'a space');
SELECT cidr_lookup('subnets', 'cidr', '10.1.2.3');
SELECT cidr_lookup('subnets', 'cidr');
