-- Which networks are yours. Every script that has the parameter @inside reads this one, after it has set @logs:
--
--   .read sql/inside.sql
--
-- The path is relative to the folder in which sqlite3 was started, as it is for all scripts: the top of the tree.
--
--   @inside   your networks, a JSON array of prefixes and addresses, which need the brackets and quotes of JSON:
--               .parameter set @inside '["10.0.0.0/8", "100.64.0.0/10"]'
--             The default is the private address space:
--               10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16   RFC 1918
--               100.64.0.0/10                               RFC 6598, shared address space; AWS allows it in a VPC
--               fc00::/7                                    RFC 4193, unique local IPv6 addresses
--             Pods of EKS have addresses of 100.64.0.0/10, so these are inside by default; but overlay networks such as
--             Tailscale have their resolver there, 100.100.100.100. A DNS server in 100.64.0.0/10 is therefore outside in
--             investigate/dns-resolvers.sql and in the alerts of dns-outside, unless an @inside of yours, one that
--             differs from the default, has the network of that server: the list above and your IPv6 blocks, for example.
--             The IPv6 addresses of a VPC are public addresses as a rule, and nothing in a record says that they are
--             yours. Set @inside to the list above, your IPv6 blocks and your public IPv4 addresses.
--
-- The result is the table temp.own with the column cidr, made for
--
--   cidr_lookup('own', 'cidr', srcaddr)     which is NULL where the address is not in one of your networks
--
-- It is filled anew each time. It also holds the IPv6 blocks of the sample's four VPCs, but only where @logs is the
-- sample and @inside has its default. This script prints nothing, and stops where @inside is no such array.
.bail on
.parameter init
CREATE TEMP VIEW IF NOT EXISTS private_networks AS
  SELECT '["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]' AS list;
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT '@inside', list FROM private_networks;
SELECT 1 WHERE NOT flowlogs_require(
  iif(json_valid(@inside), json_type(@inside) = 'array'
      AND NOT EXISTS (SELECT 1 FROM json_each(@inside) WHERE type <> 'text'), 0),
  'flowlogs: @inside must be a JSON array of prefixes: .parameter set @inside ''["10.0.0.0/8", "100.64.0.0/10"]''');
CREATE TEMP TABLE IF NOT EXISTS own (cidr TEXT);
DELETE FROM temp.own;
INSERT INTO temp.own SELECT value FROM json_each(@inside);
INSERT INTO temp.own
  SELECT column1 FROM (VALUES ('2600:1f18:4a3b:1200::/56'), ('2600:1f18:77aa:3400::/56'),
                              ('2a05:d014:6c2:9a00::/56'), ('2a05:d018:1e7:4b00::/56'))
   WHERE @logs = 'tests/data/AWSLogs' AND @inside = (SELECT list FROM private_networks);
