-- Who sends most, and who is that: by the asset list, else by the interface that has the address, else by AWS's ranges.
--
--   @logs   files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows                          ASSETS, @interfaces, @ranges   see load-….sql, which this begins with
--
--   ASSETS=assets.csv sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @interfaces \"'enis.json'\"" -cmd ".parameter set @ranges \"'ip-ranges.json'\"" \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" my.db '.read sql/inventory/who-is-who.sql'
--
-- Later the three may be left out: what my.db has of them stays.
-- Traffic inside is logged at both ends, and counts twice.  Private addresses are looked up whatever VPC they are of.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
.read sql/inventory/load-assets.sql
.read sql/inventory/load-interfaces.sql
.read sql/inventory/load-aws-ranges.sql

WITH talker AS (
  SELECT srcaddr, sum(flows) AS flows, sum(bytes) AS bytes
    FROM flowlogs_rollup(@logs) WHERE since = @since AND until = @until AND srcaddr IS NOT NULL
   GROUP BY srcaddr ORDER BY bytes DESC, srcaddr LIMIT @top)
SELECT t.srcaddr,
       coalesce(a.name, min(coalesce(i.name, i.description, i.interface_id)), r.service || ' ' || r.region) AS name,
       a.owner, t.flows, t.bytes
  FROM talker t
  LEFT JOIN assets a ON a.ip = ip_text(t.srcaddr)
  LEFT JOIN interface_addresses ia ON ia.ip = ip_text(t.srcaddr)
  LEFT JOIN interfaces i ON i.interface_id = ia.interface_id
  LEFT JOIN aws_ranges r ON r.rowid = cidr_lookup('aws_ranges', 'cidr', t.srcaddr)
 GROUP BY t.srcaddr ORDER BY t.bytes DESC, t.srcaddr;
