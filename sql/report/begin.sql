-- The parameters of the report and their defaults, the networks that are yours, the inventories,
-- and the tables of what is printed. ../report.sql reads this script first; it prints nothing.
--
-- Names, paths and all other text that comes from elsewhere is escaped in columns called html,
-- which are generated, so that no query can forget it. Parameters that the report changes are kept
-- as @given_..., for end.sql.
.bail on
.parameter init
-- What a report that ended with an error has left.
DELETE FROM temp.sqlite_parameters WHERE key IN ('@run', '@inside', '@new_since', '@top')
   AND EXISTS (SELECT 1 FROM temp.sqlite_parameters WHERE key = '@given_top');
UPDATE temp.sqlite_parameters SET key = '@' || substr(key, 8) WHERE key LIKE '@given%';
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@entry_bytes', 10000), ('@bits', 24), ('@contacts', 10), ('@every', 10), ('@jitter', 10),
  ('@regular', 70), ('@size', 1000000), ('@load_optional', 1),
  ('@admin_ports', '[21, 22, 23, 135, 139, 445, 3389, 5900, 5985, 5986]'),
  ('@database_ports', '[1433, 1521, 2375, 2379, 2380, 3306, 5432, 5984, 6379, 9042, 9200, 9300, '
    || '10250, 11211, 27017]');
.read sql/alerts/setup.sql
SELECT 1 FROM temp.sqlite_parameters p
 WHERE NOT iif(key IN ('@admin_ports', '@database_ports'), flowlogs_require(
   iif(json_valid(value), json_type(value) = 'array' AND (
         SELECT count(*) = total(value = CAST(value AS INTEGER)) FROM json_each(p.value)), 0),
   'flowlogs: ' || key || ' must be a JSON array of ports: .parameter set ' || key || ' ''[22]'''),
   1);
SELECT 1 WHERE NOT flowlogs_require(@new_since IS NULL OR unixepoch(@new_since, 'auto') > 1e8,
  'flowlogs: @new_since must be a time: .parameter set @new_since "''2026-03-09 22:00''"');
INSERT OR REPLACE INTO temp.sqlite_parameters
SELECT '@given_' || substr(key, 2), value FROM temp.sqlite_parameters
 WHERE key IN ('@inside', '@new_since', '@top') UNION ALL
VALUES ('@period_since', @since), ('@period_until', @until);
UPDATE temp.sqlite_parameters SET value = 1000000 WHERE key = '@top' AND value + 0 < 0;
INSERT OR REPLACE INTO temp.sqlite_parameters SELECT '@inside', json_group_array(cidr) FROM inside;
.read sql/inventory/load-assets.sql
.read sql/inventory/load-interfaces.sql
.read sql/inventory/load-subnets.sql
.read sql/inventory/load-aws-ranges.sql
.read sql/inventory/load-resolver-names.sql
.read sql/report/host.sql
.read sql/report/tables.sql
