-- Loads your instances, in the JSON that `aws ec2 describe-instances` prints, into the table
-- instances.
--
--   @instances   a file, or several (accounts, regions) as a JSON array.  Without it the table
--                stays as it is.  Only a database in memory without the table, with the sample's
--                logs or none, gets the sample's instances.
--
--   sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.parameter init' \
--           -cmd ".parameter set @instances \"'instances.json'\"" my.db \
--           '.read sql/inventory/load-instances.sql'
--
-- New rows replace all old ones.  The column tags is a JSON object, so that tags ->> 'env' is the
-- value of one tag.
.bail on
.timeout 60000
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT '@instances', iif(EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'instances') OR
    (SELECT file FROM pragma_database_list WHERE name = 'main') <> '' OR
    (SELECT value FROM temp.sqlite_parameters WHERE key = '@logs') NOT LIKE 'tests/data/%', NULL,
    json_array('tests/data/inventory/instances-us-east-1.json',
               'tests/data/inventory/instances-eu-central-1.json'));
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@json_files', value FROM temp.sqlite_parameters WHERE key = '@instances' UNION ALL
  VALUES ('@json_key', 'Reservations'), ('@json_from', 'aws ec2 describe-instances'),
         ('@empty', 'flowlogs: the table instances is empty: set @instances to what aws ec2 describe-instances prints');
.read sql/inventory/read-json.sql

-- Everything is checked before the transaction, so that an error leaves none open.
DROP TABLE IF EXISTS temp.instances_new;
CREATE TEMP TABLE instances_new AS
  SELECT v ->> 'InstanceId', tags ->> 'Name', v ->> 'InstanceType', v ->> '$.State.Name',
         ip_text(v ->> 'PrivateIpAddress'), ip_text(v ->> 'PublicIpAddress'), v ->> 'SubnetId', v ->> 'VpcId',
         v ->> '$.Placement.AvailabilityZone',
         account_id, v ->> 'ImageId', datetime(v ->> 'LaunchTime'), tags
    FROM (SELECT i.value AS v, r.value ->> 'OwnerId' AS account_id,
                 (SELECT json_group_object(value ->> 'Key', value ->> 'Value')
                    FROM json_each(i.value, '$.Tags')) AS tags
            FROM json_file, json_each(content, '$.Reservations') r, json_each(r.value, '$.Instances') i);
SELECT 1 WHERE NOT flowlogs_require(
  EXISTS (SELECT 1 FROM instances_new)
  OR @instances IS NULL AND EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'instances'), @empty);

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS instances (
  instance_id TEXT NOT NULL PRIMARY KEY, name TEXT, type TEXT, state TEXT, private_ip TEXT, public_ip TEXT,
  subnet_id TEXT, vpc_id TEXT, az TEXT, account_id TEXT, image_id TEXT, launched TEXT, tags TEXT);
DELETE FROM instances WHERE @instances IS NOT NULL;
INSERT OR ROLLBACK INTO instances SELECT * FROM instances_new;
COMMIT;

SELECT 'instances' AS loaded, count(*) AS rows, printable(coalesce(@instances, 'as before')) AS source FROM instances;
SELECT 1 WHERE NOT flowlogs_require((SELECT count(*) FROM instances), @empty);
