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
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES
  ('@load_table', 'interfaces'), ('@load_from', '@interfaces'),
  ('@json_key', 'NetworkInterfaces'), ('@json_list', 'network-interfaces');
.read sql/inventory/read-aws.sql

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS main.interfaces (
  interface_id TEXT NOT NULL PRIMARY KEY, name TEXT, description TEXT, type TEXT, status TEXT,
  instance_id TEXT, subnet_id TEXT, vpc_id TEXT, az TEXT, account_id TEXT, security_groups TEXT);
CREATE TABLE IF NOT EXISTS main.interface_addresses (ip TEXT NOT NULL, interface_id TEXT NOT NULL,
  kind TEXT NOT NULL, PRIMARY KEY (ip, interface_id)) WITHOUT ROWID;
DELETE FROM main.interfaces WHERE @load_files IS NOT NULL;
DELETE FROM main.interface_addresses WHERE @load_files IS NOT NULL;
INSERT OR ROLLBACK INTO main.interfaces
  SELECT v ->> 'NetworkInterfaceId', tags ->> 'Name', nullif(v ->> 'Description', ''),
         v ->> 'InterfaceType', v ->> 'Status', v ->> '$.Attachment.InstanceId', v ->> 'SubnetId',
         v ->> 'VpcId', v ->> 'AvailabilityZone', account_id, (SELECT group_concat(
             value ->> 'GroupId', ' ') FROM json_each(v, '$.Groups')) FROM json_item;
WITH way(list, ip, kind) AS (
  VALUES ('$.PrivateIpAddresses', '$.PrivateIpAddress', 'secondary'), ('$.PrivateIpAddresses',
          '$.Association.PublicIp', 'public'), ('$.Ipv6Addresses', '$.Ipv6Address', 'ipv6'))
INSERT OR ROLLBACK INTO main.interface_addresses
  SELECT ip_text(a.value ->> ip), v ->> 'NetworkInterfaceId',
         iif(kind = 'secondary' AND a.value ->> 'Primary', 'primary', kind)
    FROM json_item, way, json_each(v, list) a WHERE kind <> 'public' OR a.value ->> ip IS NOT NULL;
COMMIT;
INSERT OR REPLACE INTO temp.sqlite_parameters SELECT '@load_rows', count(*) FROM main.interfaces;
.read sql/inventory/load-end.sql
