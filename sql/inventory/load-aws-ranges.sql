-- Loads AWS's own address ranges: https://ip-ranges.amazonaws.com/ip-ranges.json.
--
--   @ranges   a file, or several (accounts, regions) as a JSON array.  If it isn't set, what is there stays; but
--             a database in memory without the table, and with the sample's logs or none, gets the sample's
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' -cmd ".parameter set @ranges \"'ip-ranges.json'\"" \
--           my.db '.read sql/inventory/load-aws-ranges.sql'
--
-- One row for each prefix, with the services it is listed for; AMAZON, which stands for all of them, only where it is the
-- only one.  What was there is replaced.  Whose address is that:
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
  VALUES ('@json_key', 'prefixes'), ('@json_from', 'AWS''s ip-ranges.json');

BEGIN IMMEDIATE;
.read sql/inventory/read-json.sql
CREATE TABLE IF NOT EXISTS aws_ranges (
  cidr TEXT NOT NULL PRIMARY KEY, service TEXT NOT NULL, region TEXT NOT NULL, network_border_group TEXT);
DELETE FROM aws_ranges WHERE @ranges IS NOT NULL;
WITH prefix AS (
    SELECT p.value ->> 'ip_prefix' AS cidr, p.value AS v FROM json_file, json_each(content, '$.prefixes') p
     UNION ALL
    SELECT p.value ->> 'ipv6_prefix', p.value FROM json_file, json_each(content, '$.ipv6_prefixes') p),
  listed AS (
    SELECT DISTINCT cidr, v ->> 'service' AS service, v ->> 'region' AS region, v ->> 'network_border_group' AS border
      FROM prefix ORDER BY 1, 2)
INSERT INTO aws_ranges
  SELECT cidr, coalesce(group_concat(service, ' ') FILTER (WHERE service <> 'AMAZON'), 'AMAZON'), max(region), max(border)
    FROM listed GROUP BY cidr;

-- What is there, and from where.
SELECT 'aws_ranges' AS loaded, count(*) AS rows, coalesce(@ranges, 'as before') AS source FROM aws_ranges;
CREATE TEMP TABLE IF NOT EXISTS aws_ranges_must (rows CONSTRAINT
  "flowlogs: the table aws_ranges is empty: set @ranges to AWS's ip-ranges.json" CHECK (rows > 0));
INSERT OR ROLLBACK INTO aws_ranges_must SELECT count(*) FROM aws_ranges;
COMMIT;
