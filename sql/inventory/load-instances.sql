-- Loads instances: the JSON that `aws ec2 describe-instances` prints.
--
--   @instances   a file, or several (accounts, regions) as a JSON array.  If it isn't set, what is there stays; but
--                a database in memory without the table, and with the sample's logs or none, gets the sample's
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' -cmd ".parameter set @instances \"'instances.json'\"" \
--           my.db '.read sql/inventory/load-instances.sql'
--
-- What was there is replaced.  tags is a JSON object: tags ->> 'env'.
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
  VALUES ('@json_key', 'Reservations'), ('@json_from', 'aws ec2 describe-instances');

BEGIN IMMEDIATE;
.read sql/inventory/read-json.sql
CREATE TABLE IF NOT EXISTS instances (
  instance_id TEXT NOT NULL PRIMARY KEY, name TEXT, type TEXT, state TEXT, private_ip TEXT, public_ip TEXT, subnet_id TEXT,
  vpc_id TEXT, az TEXT, account_id TEXT, image_id TEXT, launched TEXT, tags TEXT);
DELETE FROM instances WHERE @instances IS NOT NULL;
INSERT INTO instances
  SELECT v ->> 'InstanceId', tags ->> 'Name', v ->> 'InstanceType', v ->> '$.State.Name', ip_text(v ->> 'PrivateIpAddress'),
         ip_text(v ->> 'PublicIpAddress'), v ->> 'SubnetId', v ->> 'VpcId', v ->> '$.Placement.AvailabilityZone',
         account_id, v ->> 'ImageId', datetime(v ->> 'LaunchTime'), tags
    FROM (SELECT i.value AS v, r.value ->> 'OwnerId' AS account_id,
                 (SELECT json_group_object(value ->> 'Key', value ->> 'Value') FROM json_each(i.value, '$.Tags')) AS tags
            FROM json_file, json_each(content, '$.Reservations') r, json_each(r.value, '$.Instances') i);

-- What is there, and from where.
SELECT 'instances' AS loaded, count(*) AS rows, coalesce(@instances, 'as before') AS source FROM instances;
CREATE TEMP TABLE IF NOT EXISTS instances_must (rows CONSTRAINT
  "flowlogs: the table instances is empty: set @instances to what aws ec2 describe-instances prints" CHECK (rows > 0));
INSERT OR ROLLBACK INTO instances_must SELECT count(*) FROM instances;
COMMIT;
