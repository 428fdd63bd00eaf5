-- bad-address: who had traffic with an address that you were warned of?
--   MITRE ATT&CK T1071, Application Layer Protocol (out), and T1595, Active Scanning (in)
--
--   @logs   files, a folder or a pattern
--   The table indicators(cidr, note) lists the addresses: see setup.sql.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-bad-address.sql'
--
-- Traffic that went out to such an address has high severity.  What was rejected on its way out,
-- or let in, has medium severity.  All rejected attempts of one address to come in are one alert
-- of low severity.
--
-- The connections tell who began: see flowlogs_connections in sql/README.md.  What went through a
-- NAT gateway is one alert, of the instance.  `flows` counts the records of both directions.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
.read sql/alerts/setup.sql

INSERT INTO found
WITH met AS (
  SELECT *, cidr_lookup('indicators', 'cidr', client) AS client_bad,
         cidr_lookup('indicators', 'cidr', server) AS server_bad, state = 'rejected' AS stopped
    FROM (SELECT client, server, state, records, client_bytes, server_bytes, first_seen, last_seen
            FROM joined)),
told AS (
  SELECT *, iif(server_bad, server, client) AS bad, iif(server_bad, client, server) AS peer,
         server_bad IS NOT NULL AS out, coalesce(server_bad, client_bad) AS indicator
    FROM met WHERE (server_bad OR client_bad) AND first_seen IS NOT NULL)
SELECT 'bad-address',
       CASE WHEN out THEN peer || ' -> ' || bad WHEN stopped THEN bad || ' -> rejected'
            ELSE bad || ' -> ' || peer END AS key,
       CASE WHEN min(stopped) THEN iif(out, 'medium', 'low') ELSE iif(out, 'high', 'medium') END,
       iif(out, 'T1071 Application Layer Protocol', 'T1595 Active Scanning'),
       CASE WHEN out THEN peer || iif(min(stopped), ' tried to reach ', ' talked to ') || bad
            WHEN stopped THEN bad || ' was rejected' ELSE bad || ' was let in to ' || peer END
       || ' (' || coalesce((SELECT note FROM indicators WHERE rowid = indicator), 'listed') || ')'
       || iif(count(client_bytes) + count(server_bytes),
              ', ' || CAST(total(client_bytes) + total(server_bytes) AS INTEGER) || ' bytes', ''),
       min(first_seen), max(last_seen), sum(records), 0
  FROM told GROUP BY key;
.read sql/alerts/show.sql
