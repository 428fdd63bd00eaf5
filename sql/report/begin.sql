-- The parameters of the report and their defaults, the networks that are yours, the inventories,
-- and the tables of what is printed. ../report.sql reads this script first; it prints nothing.
--
--   temp.report_html     the lines of the page, in their order
--   temp.report_script   the scripts whose SQL is shown in a section, and their text
--
-- Names, paths and all other text that comes from elsewhere is escaped in columns called html,
-- which are generated, so that no query can forget it.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@entry_bytes', 10000), ('@bits', 24), ('@contacts', 10), ('@every', 10), ('@jitter', 10),
  ('@regular', 70), ('@size', 1000000), ('@load_optional', 1),
  ('@admin_ports', '[21, 22, 23, 135, 139, 445, 3389, 5900, 5985, 5986]'),
  ('@database_ports', '[1433, 1521, 2375, 2379, 2380, 3306, 5432, 5984, 6379, 9042, 9200, 9300, '
    || '10250, 11211, 27017]');
SELECT 1 WHERE NOT flowlogs_require(@host IS NULL OR ip_text(@host) IS NOT NULL,
  'flowlogs: @host must be an address: .parameter set @host "''10.0.0.5''"');
.read sql/alerts/setup.sql
SELECT 1 FROM temp.sqlite_parameters p
 WHERE NOT iif(key IN ('@admin_ports', '@database_ports'), flowlogs_require(
   iif(json_valid(value), json_type(value) = 'array' AND (
         SELECT count(*) = total(value = CAST(value AS INTEGER)) FROM json_each(p.value)), 0),
   'flowlogs: ' || key || ' must be a JSON array of ports: .parameter set ' || key || ' ''[22]'''),
   1);
INSERT OR REPLACE INTO temp.sqlite_parameters
SELECT '@given_' || substr(key, 2), value FROM temp.sqlite_parameters
 WHERE key IN ('@inside', '@new_since') UNION ALL
VALUES ('@period_since', @since), ('@period_until', @until);
INSERT OR REPLACE INTO temp.sqlite_parameters SELECT '@inside', json_group_array(cidr) FROM inside;
.read sql/inventory/load-assets.sql
.read sql/inventory/load-interfaces.sql
.read sql/inventory/load-subnets.sql
.read sql/inventory/load-aws-ranges.sql
.read sql/inventory/load-resolver-names.sql

DROP TABLE IF EXISTS temp.report_html;
CREATE TEMP TABLE report_html (line TEXT NOT NULL);
DROP TABLE IF EXISTS temp.report_script;
CREATE TEMP TABLE report_script (section TEXT, place INTEGER, file TEXT, base INTEGER, text TEXT,
  html TEXT AS (replace(replace(replace(text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')));
.read sql/report/tables.sql
