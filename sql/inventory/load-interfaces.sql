-- Loads your network interfaces, in the JSON that `aws ec2 describe-network-interfaces` prints,
-- into the tables interfaces and interface_addresses.
--
--   @interfaces   a file, or several (accounts, regions) as a JSON array.  Without it the tables
--                 stay as they are.  Only a database in memory without the tables, with the
--                 sample's logs or none, gets the sample's interfaces.
--
--   sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.parameter init' \
--           -cmd ".parameter set @interfaces \"'enis.json'\"" my.db \
--           '.read sql/inventory/load-interfaces.sql'
--
-- interfaces has one row for each interface, interface_addresses one for each address of each
-- interface: kind is primary, secondary, ipv6 or public, and ip has the one spelling that
-- ip_text() gives.  New rows replace all old ones.
--
-- The tables are written as main....: sql/views.sql makes a TEMP view with the name interfaces,
-- which SQLite would find first.
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
  VALUES ('@json_key', 'NetworkInterfaces'), ('@json_from', 'aws ec2 describe-network-interfaces'),
         ('@empty', 'flowlogs: the table interfaces is empty: '
                    || 'set @interfaces to what aws ec2 describe-network-interfaces prints');
.read sql/inventory/read-json.sql

-- Everything is checked before the transaction, so that an error leaves none open.
DROP TABLE IF EXISTS temp.interface_new;
CREATE TEMP TABLE interface_new AS SELECT e.value AS v FROM json_file, json_each(content, '$.NetworkInterfaces') e;
SELECT 1 WHERE NOT flowlogs_require(
  EXISTS (SELECT 1 FROM interface_new)
  OR @interfaces IS NULL AND EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'interfaces'), @empty);

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS main.interfaces (
  interface_id TEXT NOT NULL PRIMARY KEY, name TEXT, description TEXT, type TEXT, status TEXT, instance_id TEXT,
  subnet_id TEXT, vpc_id TEXT, az TEXT, account_id TEXT, security_groups TEXT);
CREATE TABLE IF NOT EXISTS main.interface_addresses (
  ip TEXT NOT NULL, interface_id TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (ip, interface_id)) WITHOUT ROWID;
DELETE FROM main.interfaces WHERE @interfaces IS NOT NULL;
DELETE FROM main.interface_addresses WHERE @interfaces IS NOT NULL;
INSERT OR ROLLBACK INTO main.interfaces
  SELECT v ->> 'NetworkInterfaceId',
         (SELECT value ->> 'Value' FROM json_each(v, '$.TagSet') WHERE value ->> 'Key' = 'Name'),
         nullif(v ->> 'Description', ''), v ->> 'InterfaceType', v ->> 'Status', v ->> '$.Attachment.InstanceId',
         v ->> 'SubnetId', v ->> 'VpcId', v ->> 'AvailabilityZone', v ->> 'OwnerId',
         (SELECT group_concat(value ->> 'GroupId', ' ') FROM json_each(v, '$.Groups'))
    FROM interface_new;
WITH private AS (
  SELECT v ->> 'NetworkInterfaceId' AS id, p.value AS p FROM interface_new, json_each(v, '$.PrivateIpAddresses') p)
INSERT OR ROLLBACK INTO main.interface_addresses
  SELECT ip_text(p ->> 'PrivateIpAddress'), id, iif(p ->> 'Primary', 'primary', 'secondary') FROM private
   UNION ALL
  SELECT ip_text(p ->> '$.Association.PublicIp'), id, 'public'
    FROM private WHERE p ->> '$.Association.PublicIp' IS NOT NULL
   UNION ALL
  SELECT ip_text(a.value ->> 'Ipv6Address'), v ->> 'NetworkInterfaceId', 'ipv6'
    FROM interface_new, json_each(v, '$.Ipv6Addresses') a;
COMMIT;

SELECT 'interfaces' AS loaded, count(*) AS rows, printable(coalesce(@interfaces, 'as before')) AS source
  FROM main.interfaces;
SELECT 1 WHERE NOT flowlogs_require((SELECT count(*) FROM main.interfaces), @empty);
