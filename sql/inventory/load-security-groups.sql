-- Loads your security groups, in the JSON that `aws ec2 describe-security-groups` prints, into the
-- tables security_groups and security_group_rules.
--
--   @security_groups   a file, or several (accounts, regions) as a JSON array.  Without it the
--                      tables stay as they are.  Only a database in memory without the tables, with
--                      the sample's logs or none, gets the sample's groups.
--
--   sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.parameter init' \
--           -cmd ".parameter set @security_groups \"'groups.json'\"" my.db \
--           '.read sql/inventory/load-security-groups.sql'
--
-- security_group_rules has a row for each prefix, prefix list or group that a permission names:
-- direction is ingress or egress, protocol is a number or -1 for all, and one of cidr, prefix_list
-- and peer_group is not NULL.  from_port and to_port are the ports of TCP and UDP, or the type and
-- code of ICMP; NULL or -1 stands for all.  New rows replace all old ones.
.bail on
.timeout 60000
.parameter init
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES
  ('@load_table', 'security_groups'), ('@load_from', '@security_groups'),
  ('@json_key', 'SecurityGroups'), ('@json_list', 'security-groups');
.read sql/inventory/read-aws.sql

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS security_groups (
  group_id TEXT NOT NULL PRIMARY KEY, name TEXT, description TEXT, vpc_id TEXT, account_id TEXT);
CREATE TABLE IF NOT EXISTS security_group_rules (
  group_id TEXT NOT NULL, direction TEXT NOT NULL, protocol INTEGER NOT NULL, from_port INTEGER,
  to_port INTEGER, cidr TEXT, prefix_list TEXT, peer_group TEXT, description TEXT,
  CHECK ((cidr IS NOT NULL) + (prefix_list IS NOT NULL) + (peer_group IS NOT NULL) = 1));
DELETE FROM security_groups WHERE @load_files IS NOT NULL;
DELETE FROM security_group_rules WHERE @load_files IS NOT NULL;
INSERT OR ROLLBACK INTO security_groups SELECT v ->> 'GroupId', v ->> 'GroupName',
    v ->> 'Description', v ->> 'VpcId', account_id FROM json_item;
WITH permission AS (SELECT v ->> 'GroupId' AS sg, d.value AS way, p.value AS p,
    p.value ->> 'IpProtocol' AS proto FROM json_item, json_each(v, '$.' || d.key) p,
    json_each('{"IpPermissions": "ingress", "IpPermissionsEgress": "egress"}') d)
INSERT OR ROLLBACK INTO security_group_rules
  SELECT sg, way, CASE proto WHEN 'tcp' THEN 6 WHEN 'udp' THEN 17 WHEN 'icmp' THEN 1
         WHEN 'icmpv6' THEN 58 ELSE iif(CAST(proto AS INTEGER) || '' = proto, proto, NULL) END,
         p ->> 'FromPort', p ->> 'ToPort', coalesce(r.value ->> 'CidrIp', r.value ->> 'CidrIpv6'),
         r.value ->> 'PrefixListId', r.value ->> 'GroupId', r.value ->> 'Description'
    FROM permission, json_each(p) kind, json_each(iif(kind.type = 'array', kind.value, '[]')) r;
COMMIT;
INSERT OR REPLACE INTO temp.sqlite_parameters SELECT '@load_rows', count(*) FROM security_groups;
.read sql/inventory/load-end.sql
