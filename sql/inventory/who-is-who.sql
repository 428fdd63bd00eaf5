-- Who sends most, and who is that?  The name comes from the asset list; where that has none, from
-- the interface with that address; where there is none, from the ranges of AWS.
--
--   @logs             files, a folder or a pattern
--   @since, @until    the period of `start`, UTC text or Unix seconds
--   @on_error, @format   'skip' leaves out lines and files that cannot be used; the fields of files
--                     without a header line
--   @top              the number of rows
--   ASSETS, @interfaces, @ranges   see load-assets.sql, load-interfaces.sql and
--                                  load-aws-ranges.sql, which
--                     this script reads first
--
--   ASSETS=assets.csv sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.mode box' \
--           -cmd '.parameter init' -cmd ".parameter set @interfaces \"'enis.json'\"" \
--           -cmd ".parameter set @ranges \"'ip-ranges.json'\"" -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           my.db '.read sql/inventory/who-is-who.sql'
--
-- You need to name the three files only once, because my.db keeps their tables.  Each byte
-- counts once, also where both ends log it; what a NAT gateway sends on is in the row of the
-- instance.  A private address is looked up without regard to its VPC.
.read sql/inventory/ends.sql
.read sql/inventory/load-assets.sql
.read sql/inventory/load-interfaces.sql
.read sql/inventory/load-aws-ranges.sql
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@top', 20);

DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
WITH talker AS (SELECT ip, count(*) AS connections, sum(sent) AS bytes FROM ends
   WHERE NOT is_nat_leg GROUP BY ip ORDER BY bytes DESC, ip LIMIT @top)
SELECT t.ip,
       printable(coalesce(a.name, min(coalesce(i.name, i.description, i.interface_id)),
                          r.service || ' ' || r.region)) AS name,
       printable(a.owner) AS owner, t.connections, t.bytes
  FROM talker t
  LEFT JOIN assets a ON a.ip = t.ip
  LEFT JOIN interface_addresses ia ON ia.ip = t.ip
  LEFT JOIN main.interfaces i ON i.interface_id = ia.interface_id
  LEFT JOIN aws_ranges r ON r.rowid = cidr_lookup('aws_ranges', 'cidr', t.ip)
 GROUP BY t.ip ORDER BY t.bytes DESC, t.ip;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
