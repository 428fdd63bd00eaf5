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
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES
  ('@load_table', 'subnets'), ('@load_from', '@subnets'),
  ('@json_key', 'Subnets'), ('@json_list', 'subnets');
.read sql/inventory/read-aws.sql

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS subnets (
  cidr TEXT NOT NULL, subnet_id TEXT NOT NULL, name TEXT, vpc_id TEXT, az_id TEXT, account_id TEXT,
  PRIMARY KEY (cidr, subnet_id));
DELETE FROM subnets WHERE @load_files IS NOT NULL;
INSERT OR ROLLBACK INTO subnets
  SELECT cidr, v ->> 'SubnetId', tags ->> 'Name', v ->> 'VpcId', v ->> 'AvailabilityZoneId',
         account_id
    FROM (SELECT *, v ->> 'CidrBlock' AS cidr FROM json_item UNION ALL
          SELECT i.*, a.value ->> 'Ipv6CidrBlock'
            FROM json_item i, json_each(v, '$.Ipv6CidrBlockAssociationSet') a
           WHERE a.value ->> '$.Ipv6CidrBlockState.State' = 'associated')
   WHERE cidr IS NOT NULL OR ifnull(json_array_length(v, '$.Ipv6CidrBlockAssociationSet'), 0) = 0;
COMMIT;
INSERT OR REPLACE INTO temp.sqlite_parameters SELECT '@load_rows', count(*) FROM subnets;
.read sql/inventory/load-end.sql
