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
--   temp.found           what the rules have found, a row for each alert
--
-- The rules add up bytes with total(), because sum() is an error beyond 2^63, and a file with such
-- records would stop every run.  Up to 2^53 bytes, 9 PB, the sums are exact.  A title says nothing of
-- bytes if no record has a byte count.
--
-- The first error ends the script that reads this one: after it, nobody knows what would fire.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@inside', NULL);
SELECT 1 WHERE NOT flowlogs_require(
  @inside IS NULL
  OR iif(json_valid(@inside), json_type(@inside) = 'array'
         AND NOT EXISTS (SELECT 1 FROM json_each(@inside) WHERE type <> 'text'), 0),
  'flowlogs: @inside must be a JSON array of prefixes: .parameter set @inside ''["10.0.0.0/8", "100.64.0.0/10"]''');
CREATE TABLE IF NOT EXISTS trusted (cidr TEXT NOT NULL, rule TEXT);
INSERT INTO trusted
  SELECT '100.64.0.0/10', 'dns-outside'
   WHERE NOT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = 'inside')
     AND EXISTS (SELECT 1 FROM json_each(@inside) WHERE value = '100.64.0.0/10');
CREATE TABLE IF NOT EXISTS inside AS
  SELECT CAST(value AS TEXT) AS cidr
    FROM json_each(ifnull(@inside, '["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]'))
   UNION ALL
  SELECT value FROM json_each('["169.254.0.0/16", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255",
                                "fe80::/10", "ff00::/8", "::1"]');
CREATE TABLE IF NOT EXISTS indicators AS
  SELECT CAST('192.0.2.77' AS TEXT) AS cidr, CAST('an example' AS TEXT) AS note;
CREATE TABLE IF NOT EXISTS servers AS
  SELECT CAST(value AS INTEGER) AS port
    FROM json_each('[1433, 1521, 3306, 3389, 5060, 5432, 6379, 8080, 8443, 9200, 27017]');
CREATE TEMP TABLE IF NOT EXISTS found (
  rule       TEXT NOT NULL,    -- the rule's name
  key        TEXT NOT NULL,    -- what the alert is about: the same things have the same key
  severity   TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
  technique  TEXT NOT NULL,    -- MITRE ATT&CK: 'T1046 Network Service Discovery'
  title      TEXT NOT NULL,    -- what happened, in one line; run.sql adds up the bytes of a title that ends with ', N bytes'
  first_seen INTEGER NOT NULL, -- Unix seconds
  last_seen  INTEGER NOT NULL,
  flows      INTEGER NOT NULL, -- records that show it; for a rule with a threshold, those of the fullest window
  threshold  INTEGER NOT NULL CHECK (threshold IN (0, 1)),     -- 1: the rule is about a sum over a window
  CONSTRAINT "flowlogs: start or end is no time in seconds; are they milliseconds?"
    CHECK (first_seen BETWEEN 0 AND 253402300799 AND last_seen BETWEEN 0 AND 253402300799),
  PRIMARY KEY (rule, key));

-- What the rules must know of earlier runs.  run.sql fills these tables; a rule that is read by
-- itself finds them empty.
CREATE TEMP TABLE IF NOT EXISTS known (        -- targets of a source that have alerts; 'many' counts as @many + 1
  rule TEXT, source TEXT, target TEXT, n INTEGER, PRIMARY KEY (rule, source, target));
CREATE TEMP TABLE IF NOT EXISTS judged (window INTEGER PRIMARY KEY);   -- windows of time that contain new records

-- What the files of @logs lack of the fields which the rules need.  The logs of transit gateways have
-- no action, so this is in `lacks` for other logs only; no_action: also for these.  vital: a field is
-- lacking of the first four, without which no alert can be made; no_ends: one of the three without which
-- no connections are joined.
CREATE TEMP VIEW IF NOT EXISTS file_lacks AS
  SELECT path, group_concat(field, ', ') FILTER (WHERE absent AND NOT (field = 'action' AND of_tgw)) AS lacks,
         group_concat(field, ', ') FILTER (WHERE absent) AS lacks_all,
         max(absent AND place < 4) AS vital, max(absent AND field = 'action') AS no_action,
         max(absent AND field IN ('srcport', 'dstport', 'protocol')) AS no_ends
    FROM (SELECT file.path, n.value AS field, n.key AS place, names NOT LIKE '% ' || n.value || ' %' AS absent,
                 names LIKE '% tgw-%' OR names LIKE '% resource-type %' AS of_tgw      -- no other logs have these
            FROM (SELECT f.path, ' ' || replace(fields, '"', ' ') || ' ' AS names  -- several formats are a JSON array
                    FROM temp.sqlite_parameters p
                    CROSS JOIN flowlogs_files(p.value, (SELECT value FROM temp.sqlite_parameters WHERE key = '@format')) f
                   WHERE p.key = '@logs' AND p.value <> '[]' AND f.verdict = 'flow log') file
            CROSS JOIN json_each('["srcaddr", "dstaddr", "start", "end",
                                   "srcport", "dstport", "protocol", "packets", "bytes", "action"]') n)
   GROUP BY path;
CREATE TEMP VIEW IF NOT EXISTS lacking AS SELECT path, lacks, vital FROM file_lacks WHERE lacks IS NOT NULL;

-- Numbers that were given as text become numbers, because text is greater than any number.
UPDATE temp.sqlite_parameters SET value = value + 0
 WHERE typeof(value) = 'text' AND value GLOB '[0-9]*' AND value NOT GLOB '*[^0-9]*' AND key NOT IN ('@logs', '@since');
