-- Loads network interfaces: the JSON that `aws ec2 describe-network-interfaces` prints.
--
--   @interfaces   a file, or several (accounts, regions) as a JSON array.  If it isn't set, what is there stays; but
--                 a database in memory without the table, and with the sample's logs or none, gets the sample's
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' -cmd ".parameter set @interfaces \"'enis.json'\"" \
--           my.db '.read sql/inventory/load-interfaces.sql'
--
-- interfaces: one row each.  interface_addresses: each address of each, in the one form that ip_text() gives; kind is
-- primary, secondary, ipv6 or public.  What was there is replaced.
.bail on
.timeout 60000
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT '@interfaces', iif(EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'interfaces') OR
    (SELECT file FROM pragma_database_list WHERE name = 'main') <> '' OR
    (SELECT value FROM temp.sqlite_parameters WHERE key = '@logs') NOT LIKE 'tests/data/%', NULL,
    json_array('tests/data/inventory/network-interfaces-us-east-1.json',
               'tests/data/inventory/network-interfaces-eu-central-1.json'));
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@json_files', value FROM temp.sqlite_parameters WHERE key = '@interfaces' UNION ALL
  VALUES ('@json_key', 'NetworkInterfaces'), ('@json_from', 'aws ec2 describe-network-interfaces');

BEGIN IMMEDIATE;
.read sql/inventory/read-json.sql
CREATE TABLE IF NOT EXISTS interfaces (
  interface_id TEXT NOT NULL PRIMARY KEY, name TEXT, description TEXT, type TEXT, status TEXT, instance_id TEXT,
  subnet_id TEXT, vpc_id TEXT, az TEXT, account_id TEXT, security_groups TEXT);
CREATE TABLE IF NOT EXISTS interface_addresses (
  ip TEXT NOT NULL, interface_id TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (ip, interface_id)) WITHOUT ROWID;
DELETE FROM interfaces WHERE @interfaces IS NOT NULL;
DELETE FROM interface_addresses WHERE @interfaces IS NOT NULL;
INSERT INTO interfaces
  SELECT v ->> 'NetworkInterfaceId',
         (SELECT value ->> 'Value' FROM json_each(v, '$.TagSet') WHERE value ->> 'Key' = 'Name'),
         nullif(v ->> 'Description', ''), v ->> 'InterfaceType', v ->> 'Status', v ->> '$.Attachment.InstanceId',
         v ->> 'SubnetId', v ->> 'VpcId', v ->> 'AvailabilityZone', v ->> 'OwnerId',
         (SELECT group_concat(value ->> 'GroupId', ' ') FROM json_each(v, '$.Groups'))
    FROM (SELECT e.value AS v FROM json_file, json_each(content, '$.NetworkInterfaces') e);
WITH eni AS (SELECT e.value AS v FROM json_file, json_each(content, '$.NetworkInterfaces') e),
  private AS (SELECT v ->> 'NetworkInterfaceId' AS id, p.value AS p FROM eni, json_each(v, '$.PrivateIpAddresses') p)
INSERT INTO interface_addresses
  SELECT ip_text(p ->> 'PrivateIpAddress'), id, iif(p ->> 'Primary', 'primary', 'secondary') FROM private
   UNION ALL
  SELECT ip_text(p ->> '$.Association.PublicIp'), id, 'public' FROM private WHERE p ->> '$.Association.PublicIp' IS NOT NULL
   UNION ALL
  SELECT ip_text(a.value ->> 'Ipv6Address'), v ->> 'NetworkInterfaceId', 'ipv6' FROM eni, json_each(v, '$.Ipv6Addresses') a;

-- What is there, and from where.
SELECT 'interfaces' AS loaded, count(*) AS rows, coalesce(@interfaces, 'as before') AS source FROM interfaces;
CREATE TEMP TABLE IF NOT EXISTS interfaces_must (rows CONSTRAINT
  "flowlogs: the table interfaces is empty: set @interfaces to what aws ec2 describe-network-interfaces prints"
  CHECK (rows > 0));
INSERT OR ROLLBACK INTO interfaces_must SELECT count(*) FROM interfaces;
COMMIT;
