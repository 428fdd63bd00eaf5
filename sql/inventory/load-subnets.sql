-- Loads your subnets, in the JSON that `aws ec2 describe-subnets` prints, into the table subnets.
--
--   @subnets   a file, or several (accounts, regions) as a JSON array.  Without it the table
--              stays as it is.  Only a database in memory without the table, with the sample's
--              logs or none, gets the sample's subnets.
--
--   sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.parameter init' \
--           -cmd ".parameter set @subnets \"'subnets.json'\"" my.db '.read sql/inventory/load-subnets.sql'
--
-- The table has one row for each prefix of a subnet, IPv4 and IPv6.  New rows replace all old
-- ones.  This is the subnet of an address:
--   SELECT * FROM subnets WHERE rowid = cidr_lookup('subnets', 'cidr', '10.0.1.13');
-- Where several VPCs have the same prefix, the result is one of them: add the VPC or the account
-- to your query.
.bail on
.timeout 60000
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT '@subnets', iif(EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'subnets') OR
    (SELECT file FROM pragma_database_list WHERE name = 'main') <> '' OR
    (SELECT value FROM temp.sqlite_parameters WHERE key = '@logs') NOT LIKE 'tests/data/%', NULL,
    json_array('tests/data/inventory/subnets-us-east-1.json',
               'tests/data/inventory/subnets-eu-central-1.json'));
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@json_files', value FROM temp.sqlite_parameters WHERE key = '@subnets' UNION ALL
  VALUES ('@json_key', 'Subnets'), ('@json_from', 'aws ec2 describe-subnets'),
         ('@empty', 'flowlogs: the table subnets is empty: set @subnets to what aws ec2 describe-subnets prints');
.read sql/inventory/read-json.sql

-- Everything is checked before the transaction, so that an error leaves none open.
DROP TABLE IF EXISTS temp.subnets_new;
CREATE TEMP TABLE subnets_new AS
WITH subnet AS (SELECT s.value AS v FROM json_file, json_each(content, '$.Subnets') s),
  prefix AS (
    SELECT v, v ->> 'CidrBlock' AS cidr FROM subnet
     WHERE v ->> 'CidrBlock' IS NOT NULL OR coalesce(json_array_length(v, '$.Ipv6CidrBlockAssociationSet'), 0) = 0
     UNION ALL
    SELECT v, a.value ->> 'Ipv6CidrBlock' FROM subnet, json_each(v, '$.Ipv6CidrBlockAssociationSet') a
     WHERE a.value ->> '$.Ipv6CidrBlockState.State' = 'associated')
SELECT cidr, v ->> 'SubnetId',
       (SELECT value ->> 'Value' FROM json_each(v, '$.Tags') WHERE value ->> 'Key' = 'Name'),
       v ->> 'VpcId', v ->> 'AvailabilityZoneId', v ->> 'OwnerId' FROM prefix;
SELECT 1 WHERE NOT flowlogs_require(
  EXISTS (SELECT 1 FROM subnets_new)
  OR @subnets IS NULL AND EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'subnets'), @empty);

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS subnets (
  cidr TEXT NOT NULL, subnet_id TEXT NOT NULL, name TEXT, vpc_id TEXT, az_id TEXT, account_id TEXT,
  PRIMARY KEY (cidr, subnet_id));
DELETE FROM subnets WHERE @subnets IS NOT NULL;
INSERT OR ROLLBACK INTO subnets SELECT * FROM subnets_new;
COMMIT;

SELECT 'subnets' AS loaded, count(*) AS rows, printable(coalesce(@subnets, 'as before')) AS source FROM subnets;
SELECT 1 WHERE NOT flowlogs_require((SELECT count(*) FROM subnets), @empty);
