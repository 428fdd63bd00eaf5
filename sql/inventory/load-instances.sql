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
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES
  ('@load_table', 'instances'), ('@load_from', '@instances'),
  ('@json_key', 'Reservations'), ('@json_list', 'instances');
.read sql/inventory/read-aws.sql

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS instances (
  instance_id TEXT NOT NULL PRIMARY KEY, name TEXT, type TEXT, state TEXT, private_ip TEXT,
  public_ip TEXT, subnet_id TEXT, vpc_id TEXT, az TEXT, account_id TEXT, image_id TEXT,
  launched TEXT, tags TEXT);
DELETE FROM instances WHERE @load_files IS NOT NULL;
INSERT OR ROLLBACK INTO instances
  SELECT v ->> 'InstanceId', tags ->> 'Name', v ->> 'InstanceType', v ->> '$.State.Name',
         ip_text(v ->> 'PrivateIpAddress'), ip_text(v ->> 'PublicIpAddress'), v ->> 'SubnetId',
         v ->> 'VpcId', v ->> '$.Placement.AvailabilityZone', account_id, v ->> 'ImageId',
         datetime(v ->> 'LaunchTime'), tags
    FROM json_item;
COMMIT;
INSERT OR REPLACE INTO temp.sqlite_parameters SELECT '@load_rows', count(*) FROM instances;
.read sql/inventory/load-end.sql
