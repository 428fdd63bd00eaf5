-- Loads the address ranges of AWS, https://ip-ranges.amazonaws.com/ip-ranges.json, into the table
-- aws_ranges.
--
--   @ranges   a file, or several as a JSON array.  Without it the table stays as it is.  Only a
--             database in memory without the table, with the sample's logs or none, gets the
--             sample's ranges.
--
--   sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.parameter init' \
--           -cmd ".parameter set @ranges \"'ip-ranges.json'\"" my.db \
--           '.read sql/inventory/load-aws-ranges.sql'
--
-- The table has one row for each prefix, with the services for which AWS lists it.  The service
-- AMAZON stands for all of them and is named only where AWS lists no other.  New rows replace all
-- old ones.  This tells to whom an address belongs:
--   SELECT * FROM aws_ranges WHERE rowid = cidr_lookup('aws_ranges', 'cidr', '52.216.8.9');
.bail on
.timeout 60000
.parameter init
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES
  ('@load_table', 'aws_ranges'), ('@load_from', '@ranges'), ('@json_key', 'prefixes'),
  ('@load_wanted', 'AWS''s ip-ranges.json'),
  ('@load_sample', 'tests/data/inventory/ip-ranges.json');
.read sql/inventory/read-json.sql

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS aws_ranges (
  cidr TEXT NOT NULL PRIMARY KEY, service TEXT NOT NULL, region TEXT NOT NULL,
  network_border_group TEXT);
DELETE FROM aws_ranges WHERE @load_files IS NOT NULL;
WITH prefix AS (
  SELECT v ->> 'ip_prefix' AS cidr, v FROM json_item UNION ALL
  SELECT value ->> 'ipv6_prefix', value FROM json_file, json_each(content, '$.ipv6_prefixes')),
listed AS (
  SELECT DISTINCT cidr, v ->> 'service' AS service, v ->> 'region' AS region,
         v ->> 'network_border_group' AS border FROM prefix ORDER BY 1, 2)
INSERT OR ROLLBACK INTO aws_ranges
  SELECT cidr, coalesce(group_concat(service, ' ') FILTER (WHERE service <> 'AMAZON'), 'AMAZON'),
         max(region), max(border) FROM listed GROUP BY cidr;
COMMIT;
INSERT OR REPLACE INTO temp.sqlite_parameters SELECT '@load_rows', count(*) FROM aws_ranges;
.read sql/inventory/load-end.sql
