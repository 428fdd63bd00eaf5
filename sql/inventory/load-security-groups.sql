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
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT '@security_groups', iif(EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'security_groups') OR
    (SELECT file FROM pragma_database_list WHERE name = 'main') <> '' OR
    (SELECT value FROM temp.sqlite_parameters WHERE key = '@logs') NOT LIKE 'tests/data/%', NULL,
    json_array('tests/data/inventory/security-groups-us-east-1.json',
               'tests/data/inventory/security-groups-eu-central-1.json'));
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@json_files', value FROM temp.sqlite_parameters WHERE key = '@security_groups' UNION ALL
  VALUES ('@json_key', 'SecurityGroups'), ('@json_from', 'aws ec2 describe-security-groups'),
         ('@empty', 'flowlogs: the table security_groups is empty: '
                    || 'set @security_groups to what aws ec2 describe-security-groups prints');
.read sql/inventory/read-json.sql

-- Everything is checked before the transaction, so that an error leaves none open.
DROP TABLE IF EXISTS temp.group_new;
CREATE TEMP TABLE group_new AS SELECT e.value AS v FROM json_file, json_each(content, '$.SecurityGroups') e;
SELECT 1 WHERE NOT flowlogs_require(
  EXISTS (SELECT 1 FROM group_new)
  OR @security_groups IS NULL AND EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'security_groups'), @empty);

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS security_groups (
  group_id TEXT NOT NULL PRIMARY KEY, name TEXT, description TEXT, vpc_id TEXT, account_id TEXT);
CREATE TABLE IF NOT EXISTS security_group_rules (
  group_id TEXT NOT NULL, direction TEXT NOT NULL, protocol INTEGER NOT NULL, from_port INTEGER, to_port INTEGER,
  cidr TEXT, prefix_list TEXT, peer_group TEXT, description TEXT,
  CHECK ((cidr IS NOT NULL) + (prefix_list IS NOT NULL) + (peer_group IS NOT NULL) = 1));
DELETE FROM security_groups WHERE @security_groups IS NOT NULL;
DELETE FROM security_group_rules WHERE @security_groups IS NOT NULL;
INSERT OR ROLLBACK INTO security_groups
  SELECT v ->> 'GroupId', v ->> 'GroupName', v ->> 'Description', v ->> 'VpcId', v ->> 'OwnerId' FROM group_new;
WITH permission AS (
  SELECT v ->> 'GroupId' AS group_id, way.value AS direction, p.value AS p, p.value ->> 'IpProtocol' AS protocol
    FROM group_new, json_each('{"IpPermissions": "ingress", "IpPermissionsEgress": "egress"}') way,
         json_each(v, '$.' || way.key) p)
INSERT OR ROLLBACK INTO security_group_rules
  SELECT group_id, direction, CASE protocol WHEN 'tcp' THEN 6 WHEN 'udp' THEN 17 WHEN 'icmp' THEN 1 WHEN 'icmpv6' THEN 58
           ELSE iif(CAST(CAST(protocol AS INTEGER) AS TEXT) = protocol, CAST(protocol AS INTEGER), NULL) END,
         p ->> 'FromPort', p ->> 'ToPort', coalesce(r.value ->> 'CidrIp', r.value ->> 'CidrIpv6'),
         r.value ->> 'PrefixListId', r.value ->> 'GroupId', r.value ->> 'Description'
    FROM permission, json_each('["IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"]') kind,
         json_each(p, '$.' || kind.value) r;
COMMIT;

SELECT 'security_groups' AS loaded, count(*) AS rows, printable(coalesce(@security_groups, 'as before')) AS source
  FROM security_groups;
SELECT 1 WHERE NOT flowlogs_require((SELECT count(*) FROM security_groups), @empty);
