-- What all rules share: made by run.sql and by each rule, so you need not run it yourself.  It prints nothing.
--
--   inside(cidr)         what is yours.  When it is made, it holds the private addresses and what never leaves a network
--                        (link-local, loopback, multicast).  Add your public and IPv6 prefixes:
--                            INSERT INTO inside VALUES ('2600:1f18:4a3b:1200::/56');
--                        and take out what isn't yours.  All else is outside.
--   trusted(cidr, rule)  addresses outside that a rule shall be silent about: the office for remote-access, the resolvers
--                        you chose for dns-outside.  No rule (NULL): all rules.
--   indicators(cidr, note)   addresses that you were warned of, prefixes or single ones, for bad-address.  The first one
--                        is an example; 192.0.2.0/24 belongs to nobody (RFC 5737).  To load your own from a CSV file:
--                            .import --csv --skip 1 bad.csv indicators
--   temp.found           what the rules have found: a row for each alert, see rule-rejected-inside.sql
CREATE TABLE IF NOT EXISTS inside AS
  SELECT CAST(value AS TEXT) AS cidr
    FROM json_each('["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
                     "224.0.0.0/4", "255.255.255.255", "fc00::/7", "fe80::/10", "ff00::/8", "::1"]');
CREATE TABLE IF NOT EXISTS trusted (cidr TEXT NOT NULL, rule TEXT);
CREATE TABLE IF NOT EXISTS indicators AS
  SELECT CAST('192.0.2.77' AS TEXT) AS cidr, CAST('an example' AS TEXT) AS note;
CREATE TEMP TABLE IF NOT EXISTS found (
  rule       TEXT NOT NULL,    -- the rule's name
  key        TEXT NOT NULL,    -- what it is about: the same things have the same key
  severity   TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
  technique  TEXT NOT NULL,    -- MITRE ATT&CK: 'T1046 Network Service Discovery'
  title      TEXT NOT NULL,    -- what happened, in a line
  first_seen INTEGER NOT NULL, -- Unix seconds
  last_seen  INTEGER NOT NULL,
  flows      INTEGER NOT NULL, -- records that say so; of a rule with a threshold: in the fullest window
  threshold  INTEGER NOT NULL CHECK (threshold IN (0, 1)),
  PRIMARY KEY (rule, key));
