-- By which names do our hosts know the outside addresses that they talk to?  Those that nobody had
-- asked for come first: most programs ask for a name, and malware often has an address.
--
--   @logs             files, a folder or a pattern
--   @since, @until    the period of `start`, UTC text or Unix seconds
--   @on_error, @format   'skip' leaves out lines and files that cannot be used; the fields of files
--                     without a header line
--   @inside           your networks, a JSON array of prefixes or the name of a table with a column
--                     cidr; default: the private address space
--   @top              the number of rows
--   @resolver_logs    see load-resolver-names.sql, which this script reads first
--
--   sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.mode box' \
--           -cmd '.parameter init' -cmd ".parameter set @resolver_logs \"'resolver/'\"" \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" my.db '.read sql/inventory/outside-names.sql'
--
-- `name` is the last name with this address that the host itself had asked for before the connection
-- began, as far as the first and the last time tell; `asked` says 'itself'.  Where there is none, it
-- is that of 'another' host, as where a proxy or a resolver of yours asks for all.  'nobody' is also
-- what you see where the query logs begin later than the flow logs, and where a name server outside
-- was asked: look for port 53.
--
-- Each byte counts once; what a NAT gateway sends on is in the row of the instance.  Connections
-- of which all was rejected are left out.  You need to name the query logs only once, because
-- my.db keeps their tables.  The same private address in two VPCs is one address here.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
.read sql/inventory/load-resolver-names.sql

DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
WITH talk AS (
  SELECT *, ifnull(datetime(first_seen, 'unixepoch'), '9999') AS at
    FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
     AND inside = @inside AND direction = 'outbound' AND NOT is_nat_leg AND accepted IS NOT 0),
named AS MATERIALIZED (
  SELECT *, (SELECT name FROM (SELECT name, min(last_asked, at) AS till FROM dns_askers
      WHERE address = server AND asker = client AND first_asked <= at)
      ORDER BY till DESC, name LIMIT 1) AS own,
    (SELECT name FROM (SELECT name, min(last_asked, at) AS till FROM dns_names
      WHERE address = server AND first_asked <= at) ORDER BY till DESC, name LIMIT 1) AS any
    FROM talk)
SELECT iif(own IS NOT NULL, 'itself', iif(any IS NULL, 'nobody', 'another')) AS asked,
       printable(coalesce(own, any)) AS name, client AS host, server AS outside,
       iif(min(server_port) IS max(server_port), min(server_port),
           count(DISTINCT server_port) || ' ports') AS port, count(*) AS connections,
       sum(client_bytes) AS sent, sum(server_bytes) AS received,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM named GROUP BY client, server, 1, coalesce(own, any)
 ORDER BY coalesce(own, any) IS NOT NULL, sent + received DESC, client, server, 2, 1 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
