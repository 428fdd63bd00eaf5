-- The tables that all rules share.  run.sql and each rule read this script, so that you only need
-- it to fill the tables before your first run.  It prints nothing, and changes no table that
-- exists.
--
--   sqlite3 -cmd '.load ./build/flowlogs' /srv/alerts.db '.read sql/alerts/setup.sql'
--
--   inside(cidr)         your networks; every other address is outside.  When this script makes the
--                        table, it puts in the networks of the parameter @inside, by default the
--                        private ones, as is_inside() has them, and the addresses that never leave a
--                        network (link-local, loopback, multicast).  From then on the table decides,
--                        and @inside is ignored.  Add your public and IPv6 prefixes,
--                            INSERT INTO inside VALUES ('2600:1f18:4a3b:1200::/56');
--                        and delete what is not yours.
--   trusted(cidr, rule)  outside addresses about which a rule is silent: the office for
--                        remote-access, the resolvers of your choice for dns-outside.  Where rule
--                        is NULL, all rules that read this table are silent.
--                        The default of @inside has 100.64.0.0/10, the addresses of many pods, but
--                        dns-outside takes a DNS server there for one outside.  An @inside of yours
--                        that has 100.64.0.0/10 puts it into trusted for this rule, when the table
--                        inside is made.  Later, name your servers in one of these ways:
--                            INSERT INTO trusted VALUES ('100.64.0.0/10', 'dns-outside');
--                            INSERT INTO inside VALUES ('100.64.8.0/21');
--   indicators(cidr, note)   prefixes and single addresses that you were warned of, for
--                            bad-address.
--                        The first row is an example: 192.0.2.0/24 belongs to nobody (RFC 5737).
--                        To add your own from a CSV file, after this script:
--                            .import --csv --skip 1 bad.csv indicators
--   servers(port)        ports above 1023 that servers have.  Where the logs have no tcp-flags,
--                        what comes from them is taken for an answer, as is what comes from a
--                        port below 1024 that has a name.
--   temp.found           what the rules have found, a row for each alert: see found.sql
--
-- The first error ends the script that reads this one: after it, nobody knows what would fire.
.bail on
.parameter init
SELECT 1 WHERE NOT flowlogs_require(
  @inside IS NULL
  OR iif(json_valid(@inside), json_type(@inside) = 'array'
         AND NOT EXISTS (SELECT 1 FROM json_each(@inside) WHERE type <> 'text'), 0),
  'flowlogs: @inside must be a JSON array of prefixes: '
  || '.parameter set @inside ''["10.0.0.0/8", "100.64.0.0/10"]''');
CREATE TABLE IF NOT EXISTS trusted (cidr TEXT NOT NULL, rule TEXT);
INSERT INTO trusted
  SELECT '100.64.0.0/10', 'dns-outside'
   WHERE NOT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = 'inside')
     AND EXISTS (SELECT 1 FROM json_each(@inside) WHERE value = '100.64.0.0/10');
CREATE TABLE IF NOT EXISTS inside AS
  SELECT CAST(value AS TEXT) AS cidr
    FROM json_each(ifnull(@inside, '["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", '
                                   || '"100.64.0.0/10", "fc00::/7"]')) UNION ALL
  SELECT value FROM json_each('["169.254.0.0/16", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255",
                                "fe80::/10", "ff00::/8", "::1"]');
CREATE TABLE IF NOT EXISTS indicators AS
  SELECT CAST('192.0.2.77' AS TEXT) AS cidr, CAST('an example' AS TEXT) AS note;
CREATE TABLE IF NOT EXISTS servers AS
  SELECT CAST(value AS INTEGER) AS port
    FROM json_each('[1433, 1521, 3306, 3389, 5060, 5432, 6379, 8080, 8443, 9200, 27017]');
.read sql/alerts/found.sql
.read sql/alerts/parts.sql
.read sql/alerts/joined.sql
.read sql/alerts/lacking.sql

-- Numbers that were given as text become numbers, because text is greater than any number.
UPDATE temp.sqlite_parameters SET value = value + 0
 WHERE typeof(value) = 'text' AND value GLOB '[0-9]*' AND value NOT GLOB '*[^0-9]*'
   AND key NOT IN ('@logs', '@since');
