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
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT '@ranges', iif(EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'aws_ranges') OR
    (SELECT file FROM pragma_database_list WHERE name = 'main') <> '' OR
    (SELECT value FROM temp.sqlite_parameters WHERE key = '@logs') NOT LIKE 'tests/data/%', NULL,
    'tests/data/inventory/ip-ranges.json');
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@json_files', value FROM temp.sqlite_parameters WHERE key = '@ranges' UNION ALL
  VALUES ('@json_key', 'prefixes'), ('@json_from', 'AWS''s ip-ranges.json'),
         ('@empty', 'flowlogs: the table aws_ranges is empty: set @ranges to AWS''s ip-ranges.json');
.read sql/inventory/read-json.sql

-- Everything is checked before the transaction, so that an error leaves none open.
DROP TABLE IF EXISTS temp.aws_ranges_new;
CREATE TEMP TABLE aws_ranges_new AS
WITH prefix AS (
    SELECT p.value ->> 'ip_prefix' AS cidr, p.value AS v FROM json_file, json_each(content, '$.prefixes') p
     UNION ALL
    SELECT p.value ->> 'ipv6_prefix', p.value FROM json_file, json_each(content, '$.ipv6_prefixes') p),
  listed AS (
    SELECT DISTINCT cidr, v ->> 'service' AS service, v ->> 'region' AS region, v ->> 'network_border_group' AS border
      FROM prefix ORDER BY 1, 2)
SELECT cidr, coalesce(group_concat(service, ' ') FILTER (WHERE service <> 'AMAZON'), 'AMAZON'), max(region), max(border)
  FROM listed GROUP BY cidr;
SELECT 1 WHERE NOT flowlogs_require(
  EXISTS (SELECT 1 FROM aws_ranges_new)
  OR @ranges IS NULL AND EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'aws_ranges'), @empty);

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS aws_ranges (
  cidr TEXT NOT NULL PRIMARY KEY, service TEXT NOT NULL, region TEXT NOT NULL, network_border_group TEXT);
DELETE FROM aws_ranges WHERE @ranges IS NOT NULL;
INSERT OR ROLLBACK INTO aws_ranges SELECT * FROM aws_ranges_new;
COMMIT;

SELECT 'aws_ranges' AS loaded, count(*) AS rows, printable(coalesce(@ranges, 'as before')) AS source FROM aws_ranges;
SELECT 1 WHERE NOT flowlogs_require((SELECT count(*) FROM aws_ranges), @empty);
